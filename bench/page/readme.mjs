/** The figures of the README, from the same results as the page. */
import { Figures } from './figures.mjs';
import { number, rangeText, table, wrapped } from './text.mjs';

const BEGIN = '<!-- figures: written by `npm run bench` -->';
const END = '<!-- end of the figures -->';

const ON_FASTIFY = ['nest', 'fleet', 'fleet-direct', 'fleet-server', 'fleet-redis', 'rekog'];
const ON_EXPRESS = [
  ...['nest-express', 'fleet-express', 'fleet-express-direct', 'fleet-express-server'],
  ...['', 'rekog-express', ''],
];

/** Each with its entries: the bare route first, which the ratios are taken to. */
const REQUESTS = [
  ['`tools/call`, modern', 'call-modern', [...ON_FASTIFY, 'sdk']],
  ['`tools/call`, legacy session', 'call-legacy', [...ON_FASTIFY, 'sdk-session']],
  ['`tools/list` of 52 tools, modern', 'list-modern', [...ON_FASTIFY, 'sdk']],
  ['`tools/list` of 52 tools, legacy session', 'list-legacy', [...ON_FASTIFY, 'sdk-session']],
  ['`initialize`, a call, `DELETE`', 'cycle', [...ON_FASTIFY, 'sdk-session']],
  ['on Express: `tools/call`, modern', 'call-modern', ON_EXPRESS],
  ['on Express: `tools/call`, legacy session', 'call-legacy', ON_EXPRESS],
];

/** @returns the README with the figures of these results in it */
export function withFigures(readme, workloads) {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for its figures, from "${BEGIN}" to "${END}".`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${wrapped(blockOf(new Figures(workloads)), 120)}\n\n${readme.slice(to)}`;
}

function blockOf(figures) {
  const { date, node, cores, redis, options, profile, versions } = figures.workloads['call-modern'];
  const ratio = (workload, entry, route) =>
    figures.has(workload, entry) ? number(figures.ratio(workload, entry, route).median, 2) : '';
  return [
    'Answers per CPU second of the server, and in the other columns their ratio to a bare Nest route on the same framework, which does ' +
      'the same JSON work without the protocol (1.00). The framework is Fastify unless it says Express.',
    table(
      [
        'Request',
        'This package: answers per CPU second',
        'This package',
        "with `mount: 'direct'`",
        "with `mount: 'http-server'`",
        'on Redis',
        `@rekog/mcp-nest ${versions['@rekog/mcp-nest']}`,
        `Official SDK ${versions['@modelcontextprotocol/server']}`,
      ],
      REQUESTS.map(([label, workload, [route, own, ...others]]) => [
        label,
        number(figures.of(workload, own).median),
        ...[own, ...others].map((entry) => ratio(workload, entry, route)),
      ]),
    ),
    table(['A fleet, with Redis and all clients on the same cores', 'Measured'], fleet(figures), false),
    `All of it is from one run, ours and the others' alike: ${day(date)}, Node ${node}, Redis ${redis}, ${cores} shared cores, medians of ` +
      `${options.rounds} rounds${profile === 'full' ? '' : ` of a ${profile} run`}. [The page of performance](docs/performance.md) has the spread, ` +
      'all other workloads, and what they are meant to reach.',
  ].join('\n\n');
}

const day = (date) =>
  new Date(date).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function fleet(figures) {
  const sent = (measure) => figures.of('delivery', 'fleet', measure).median;
  const held = (measure) => figures.of('sessions', 'two instances', measure).median;
  const time = figures.of('sessions', 'broadcast', 'lastAfterMs');
  const kB = (bytes) => `${number(bytes / 1000, 1)} kB`;
  const toFloor = figures.ratio('delivery', 'fleet', 'floor', 'perSecond').median;
  return [
    [
      'messages from one instance to clients of another, 100 sessions',
      `${number(sent('perSecond'))} a second, ${number(toFloor, 2)} of raw ioredis \`XADD\` and \`PUBLISH\`; at 1000 a second ` +
        `p50 ${number(sent('p50Ms'), 2)} ms, p99 ${number(sent('p99Ms'), 2)} ms`,
    ],
    [
      `${number(figures.workloads.sessions.options.sessions)} open sessions with streams on two instances`,
      `${kB(held('heapBytes'))} of heap each, ${kB(held('redisBytes'))} in Redis; ${number(held('commandsPerSecondAtDefaultTtl'), 0)} Redis ` +
        'commands a second when nothing is sent',
    ],
    [
      'a broadcast to all of them',
      `${number(figures.of('sessions', 'broadcast', 'commands').median, 0)} Redis commands; the last one has it after ` +
        `${number(time.median, 0)} ms (${rangeText(time)})`,
    ],
  ];
}
