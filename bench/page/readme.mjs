/** The figures of the README, from the same results as the page. */
import { Figures } from './figures.mjs';
import { number, rangeText, table, wrapped } from './text.mjs';

const BEGIN = '<!-- figures: written by `npm run bench` -->';
const END = '<!-- end of the figures -->';

const REQUESTS = [
  ['`tools/call`, modern', 'call-modern', 'sdk'],
  ['`tools/call`, legacy session', 'call-legacy', 'sdk-session'],
  ['`tools/list` of 52 tools, modern', 'list-modern', 'sdk'],
  ['`tools/list` of 52 tools, legacy session', 'list-legacy', 'sdk-session'],
  ['`initialize`, a call, `DELETE`', 'cycle', 'sdk-session'],
];

/** @returns the README with the figures of these results in it */
export function withFigures(readme, workloads) {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for its figures, from "${BEGIN}" to "${END}".`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${wrapped(blockOf(new Figures(workloads)), 120)}\n\n${readme.slice(to)}`;
}

function blockOf(figures) {
  const { date, node, cores, redis, options, profile, versions } = figures.workloads['call-modern'];
  const ratio = (workload, entry) =>
    figures.has(workload, entry) ? number(figures.ratio(workload, entry, 'nest').median, 2) : '';
  return [
    'Answers per CPU second of the server, and in the other columns their ratio to a bare Nest route on Fastify that does the same ' +
      'JSON work without the protocol (1.00).',
    table(
      [
        'Request',
        'This package: answers per CPU second',
        'This package',
        "with `mount: 'direct'`",
        'on Redis',
        `@rekog/mcp-nest ${versions['@rekog/mcp-nest']}`,
        `Official SDK ${versions['@modelcontextprotocol/server']}`,
      ],
      REQUESTS.map(([label, workload, sdk]) => [
        label,
        number(figures.of(workload, 'fleet').median),
        ...['fleet', 'fleet-direct', 'fleet-redis', 'rekog', sdk].map((entry) => ratio(workload, entry)),
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
