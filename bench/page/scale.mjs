import { HEARTBEATS_PER_SECOND, SELF_CHECKS_PER_INSTANCE } from '../fleet/simulation.mjs';
import { Figures } from './figures.mjs';
import { number, table, wrapped } from './text.mjs';

const STREAMS = 100_000;
/** Defaults of the package. */
const MAX_STREAMS = 10_000;
const KEEP_ALIVE_SECONDS = 15;
const SPARE_INSTANCES = 2;

const kB = (bytes) => `${number(bytes / 1000, 1)} kB`;
const MB = (bytes) => `${number(bytes / 1e6, 0)} MB`;
const count = (value) => number(Math.ceil(value), 0);

/**
 * The unformatted page about what very many streams need.
 *
 * @param scale the results of `bench/scale.mjs`
 * @param workloads those of `npm run bench`
 */
export function scalePage(scale, workloads) {
  const sizes = Object.keys(scale.figures.sizes).map(Number);
  const [small, large] = sizes.map((size) => scale.figures.sizes[size]);
  const measured = new Figures(workloads);
  const parts = [
    '# Scale',
    `What ${count(STREAMS)} open streams of sessions need: computed from measured figures, and the Redis side of it simulated. ` +
      '`node bench/scale.mjs` runs the simulation and generates this page from [its results](../bench/results/scale.json) and those of ' +
      '[the benchmarks](performance.md).',
    '## What they need',
    needs(large, scale.figures.idle, measured),
    '## The model and the simulation',
    'The model is that everything which Redis keeps and does for a session is the same for each, however many there are, and that a ' +
      'broadcast costs it the same. The simulation opens sessions in the real stores, ' +
      `each of another user: ${count(sizes[0])} first, from which the model predicts, then ${count(sizes[1])}. It claims their streams, ` +
      'subscribes to their channels, sends heartbeats, reads quiet streams, and sends messages and broadcasts; only HTTP and its sockets are left out.',
    checks(sizes, small, large),
    idle(scale),
    '## What an instance needs',
    instances(measured),
    '## What the machine must allow',
    machine(),
    conditions(scale),
  ];
  return wrapped(parts.join('\n\n'));
}

function needs({ session, heartbeat, selfCheck, message, broadcast, open }, idleAt, measured) {
  const instances = STREAMS / MAX_STREAMS;
  const heap = measured.of('sessions', 'two instances', 'heapBytes').median;
  const rate = measured.of('fan-out', 'get fleet-redis').median;
  const heartbeats = STREAMS * HEARTBEATS_PER_SECOND;
  const selfChecks = instances * SELF_CHECKS_PER_INSTANCE;
  const commands = heartbeats * heartbeat.commands + selfChecks * selfCheck.commands;
  const redisCpu = (heartbeats * heartbeat.redisMicros + selfChecks * selfCheck.redisMicros) / 1e6;
  return table(
    ['What', 'How much', 'Why'],
    [
      [
        'instances',
        `${count(instances)} and ${SPARE_INSTANCES} more`,
        `\`maxStreams\` is ${count(MAX_STREAMS)} for each; the others hold the streams of those that are replaced or lost`,
      ],
      ['heap of an instance for its streams', MB(MAX_STREAMS * heap), `${kB(heap)} for each`],
      ['sockets', `${count(STREAMS)}`, 'one for each stream; twice as many at a proxy, which has one to each side'],
      ['connections to Redis', count((instances + SPARE_INSTANCES) * 3), 'three for each server of each instance'],
      [
        'memory of Redis',
        MB(STREAMS * session.redisBytes),
        `${kB(session.redisBytes)} for a session of a user of its own with its stream, and ${kB(message.redisBytes)} for its first message of 256 characters. ` +
          'Allow twice of what all will store, for histories, fragmentation and the copy of a fork',
      ],
      [
        'commands of Redis while nothing is sent',
        `${count(idleAt.commandsPerSecond)} a second, ${number(idleAt.redisCpu * 100, 1)} % of its core`,
        `simulated, with ${count(heartbeats)} heartbeats and ${count(selfChecks)} reads of quiet streams a second. The reads are bounded by ` +
          `instance, so more streams do not add any. From the costs below it would be at most ${count(commands)} commands and ` +
          `${number(redisCpu * 100, 1)} %: those were measured with many commands at a time, which Redis reads and answers together`,
      ],
      [
        'messages to single sessions',
        `at most ${count(1e6 / message.redisMicros)} a second`,
        `Redis has one core and needs ${number(message.redisMicros, 0)} µs for each, one at a time in a stream; several that wait for the same stream are one call`,
      ],
      [
        'a broadcast',
        `${number(broadcast.commands, 0)} commands, ${number(MAX_STREAMS / rate, 2)} s of CPU on each instance`,
        `${count(rate)} messages per CPU second; every instance writes to its own streams at the same time`,
      ],
      [
        'an instance is lost',
        `${number((MAX_STREAMS * open.redisMicros) / 1e6, 1)} s of Redis`,
        'its clients come back within seconds; at most what opening as many new sessions costs',
      ],
      [
        'keep-alives',
        `${count(STREAMS / KEEP_ALIVE_SECONDS)} small writes a second`,
        `\`keepAliveMs\` of ${KEEP_ALIVE_SECONDS} s, over all instances`,
      ],
    ],
    false,
  );
}

function checks(sizes, small, large) {
  const rows = [
    ['memory of a session in Redis', (at) => at.session.redisBytes, kB],
    ['its keys', (at) => at.session.redisKeys, (value) => number(value, 2)],
    ['memory of a first message', (at) => at.message.redisBytes, kB],
    ...[
      ['opening a session and its stream', 'open'],
      ['a heartbeat', 'heartbeat'],
      ['a read of a quiet stream', 'selfCheck'],
      ['a message to one session', 'message'],
      ['a broadcast', 'broadcast'],
    ].flatMap(([what, step]) => [
      [`commands of ${what}`, (at) => at[step].commands, (value) => number(value, 1)],
      [`CPU of Redis for ${what}`, (at) => at[step].redisMicros, (value) => `${number(value, 1)} µs`],
    ]),
  ];
  return table(
    ['What', `Predicted from ${count(sizes[0])}`, `Simulated with ${count(sizes[1])}`, 'Ratio'],
    rows.map(([what, value, text]) => [
      what,
      text(value(small)),
      text(value(large)),
      number(value(large) / value(small), 2),
    ]),
  );
}

const idle = ({ figures: { idle: at }, options }) =>
  `With heartbeats and reads at the rates of ${count(options.sessions)} streams on ${at.instances} instances, a step waited ` +
  `${number(at.p50Ms, 1)} ms for Redis in the median and ${number(at.p99Ms, 1)} ms at the 99th percentile. All of it shared two cores with Redis.`;

function instances(measured) {
  const held = (measure) => measured.of('sessions', 'two instances', measure).median;
  return [
    table(
      ['What', 'For each stream', `For ${count(MAX_STREAMS)}`],
      [
        ['heap', kB(held('heapBytes')), MB(held('heapBytes') * MAX_STREAMS)],
        ['all memory of the process', kB(held('rssBytes')), MB(held('rssBytes') * MAX_STREAMS)],
      ],
    ),
    'Add what the application itself needs, set `--max-old-space-size` above the sum, and give each instance a core: the work of all its streams is done ' +
      'by one thread. The kernel keeps some kilobytes for each socket beside that. `maxSessions` bounds the sessions of the whole fleet and ' +
      '`maxStoredBytes` what it stores, so raise both: by default there are at most 10 000 sessions.',
  ].join('\n\n');
}

function machine() {
  return [
    table(
      ['Setting', 'Where', 'Value', 'Why'],
      [
        [
          '`ulimit -n` (`LimitNOFILE`)',
          'each instance',
          '16384',
          'a file for each stream and request, and some for Redis and the application',
        ],
        ['`worker_connections`', 'nginx', '2 for each stream', 'a stream is a connection to each side'],
        ['`worker_rlimit_nofile`', 'nginx', 'the same and some', 'a file for each connection'],
        [
          '`net.ipv4.ip_local_port_range`',
          'the proxy',
          '`1024 65535`',
          'connections from one address to one port of an instance: at most 64 000, with the default range 28 000',
        ],
        [
          '`net.core.somaxconn`',
          'each instance, the proxy',
          '4096',
          'clients that come back at the same time wait in this queue; Node asks for 511 unless told otherwise',
        ],
        [
          '`net.netfilter.nf_conntrack_max`',
          'where connections are tracked',
          'twice the streams',
          'a full table drops new connections',
        ],
        ['`maxclients`', 'Redis', 'the default of 10 000', 'three connections for each server of each instance'],
        [
          '`client-output-buffer-limit pubsub`',
          'Redis',
          '`64mb 16mb 60`',
          'an instance that does not read for a moment loses its subscriptions beyond it, and then reads all its streams again',
        ],
      ],
      false,
    ),
    'These settings are what follows from the numbers above and the manuals of the programs; a fleet of this size with its clients was not run.',
  ].join('\n\n');
}

const conditions = ({ date, node, redis, cores, cpu, commit, seconds }) =>
  `Simulated on ${date.slice(0, 10)} in ${number(Math.ceil(seconds / 60), 0)} minutes on ${cores} cores (${cpu}) with Node ${node}, Redis ${redis}` +
  `${commit ? ` and commit ${commit}` : ''}.`;
