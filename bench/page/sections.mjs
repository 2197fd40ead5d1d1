/** The tables of the page. A section without figures is left out. */
import { LABELS } from './labels.mjs';
import { number, rangeText, ratioText, table } from './text.mjs';

const kB = (bytes) => number(bytes / 1000, 1);

/** Answers per CPU second, and the ratios to the yardsticks that the workload has. */
function rates(figures, workload, yardsticks, labels = LABELS) {
  const present = yardsticks.filter(([entry]) => figures.has(workload, entry));
  const rows = figures.entries(workload).map((entry) => {
    const rate = figures.of(workload, entry);
    return [
      labels[entry] ?? entry,
      number(rate.median),
      rangeText(rate),
      ...present.map(([to]) => ratioText(figures.ratio(workload, entry, to))),
    ];
  });
  return table(['', 'Answers per CPU second', 'Lowest–highest', ...present.map(([, head]) => head)], rows);
}

const BARE = ['nest', 'To the bare Nest route'];
const VALIDATED = ['nest-validated', 'To the validated one'];
const RAW = ['node:http', 'To node:http'];

const GUARDED = {
  plain: 'nothing of it',
  auth: '`auth`, with a token that was verified before',
  audit: 'an `AuditSink` that keeps the events',
  limits: '`limits` and `@McpLimit()`',
  all: 'all of them',
  'plain redis': 'nothing of it, on Redis',
  'limits redis': '`limits` and `@McpLimit()`, on Redis',
  'all redis': 'all of them, on Redis',
};

const RULES = {
  'node:http': 'node:http, which stringifies 52 tools',
  none: 'no rules',
  scopes: 'rules by scopes and roles, and twelve tools that the caller does not see',
  policies: 'a policy that is asked about each tool, and the same twelve',
};

const STREAMS = {
  'get raw': 'raw writes of one prepared buffer',
  'get fleet': '**this package**, streams of sessions',
  'get fleet-redis': '**this package**, streams of sessions, on Redis',
  'get sdk': 'the official SDK, streams of sessions',
  'listen raw': 'raw writes of one prepared buffer',
  'listen fleet': '**this package**, `subscriptions/listen`',
  'listen fleet-redis': '**this package**, `subscriptions/listen`, on Redis',
  'listen sdk': 'the official SDK, `subscriptions/listen`',
};

const PARTS = {
  speaker: 'the sender',
  holder: 'the instance with the streams',
  listener: 'the receiver',
  redis: 'Redis',
};

export const SECTIONS = [
  {
    title: 'Calls',
    workloads: ['call-modern', 'call-legacy'],
    plot: 'calls',
    text: (figures) => [
      'A tool adds two numbers, of which a DTO says that they are numbers. In the modern era:',
      rates(figures, 'call-modern', [BARE, VALIDATED]),
      'And in a session of the legacy era:',
      rates(figures, 'call-legacy', [BARE, VALIDATED]),
    ],
  },
  {
    title: 'Lists',
    workloads: ['list-modern', 'list-legacy'],
    plot: 'lists',
    text: (figures) => [
      'Each server lists 52 tools with their schemas. Modern:',
      rates(figures, 'list-modern', [RAW, BARE]),
      'Legacy:',
      rates(figures, 'list-legacy', [RAW, BARE]),
    ],
  },
  {
    title: 'Lists that depend on the caller',
    workloads: ['list-principal'],
    text: (figures) => [rates(figures, 'list-principal', [RAW, ['none', 'To no rules']], RULES)],
  },
  {
    title: 'A session from its beginning to its end',
    workloads: ['cycle'],
    text: (figures) => [
      '`initialize`, `notifications/initialized`, one call and `DELETE`. A rate is that of the whole cycle.',
      rates(figures, 'cycle', [RAW, BARE]),
    ],
  },
  {
    title: 'What guards a call',
    workloads: ['guarded'],
    text: (figures) => [rates(figures, 'guarded', [['plain', 'To nothing of it']], GUARDED)],
  },
  {
    title: 'Messages to many streams',
    workloads: ['fan-out'],
    plot: 'fan-out',
    text: (figures) => [
      `Each server holds ${number(figures.workloads['fan-out'].options.streams)} open streams of one kind and sends all of them ` +
        'the same message of 256 characters. Raw writes are what node:http needs for one write to each response. What the first ' +
        'streams of a process cost once, such as compiled code, is no part of the heap of a stream.',
      table(
        [
          '',
          'Messages per CPU second',
          'Lowest–highest',
          'To raw writes',
          'The last one after, ms',
          'Heap of a stream, kB',
        ],
        figures.entries('fan-out').map((entry) => {
          const rate = figures.of('fan-out', entry);
          const [kind] = entry.split(' ');
          return [
            STREAMS[entry],
            number(rate.median),
            rangeText(rate),
            ratioText(figures.ratio('fan-out', entry, `${kind} raw`)),
            number(figures.of('fan-out', entry, 'lastAfterMs').median, 0),
            kB(figures.of('fan-out', entry, 'heapBytesPerStream').median),
          ];
        }),
      ),
    ],
  },
  {
    title: 'Messages between instances',
    workloads: ['delivery'],
    text: (figures) => [
      'One instance sends messages of 256 characters to 100 sessions, whose streams are open on another. The floor is one `XADD` ' +
        'and one `PUBLISH` by raw ioredis, without HTTP and sessions. The latency is that at 1000 messages a second.',
      table(
        ['', 'Messages a second', 'To the floor', 'p50, ms', 'p99, ms', 'Redis commands each', 'CPU each, µs'],
        figures.entries('delivery').map((entry) => {
          const middle = (measure) => figures.of('delivery', entry, measure).median;
          const cpu = Object.entries(PARTS)
            .filter(([part]) => figures.workloads.delivery.samples[entry][`${part}Micros`])
            .map(([part, label]) => `${label} ${number(middle(`${part}Micros`), 0)}`);
          return [
            entry === 'fleet' ? '**this package**' : 'the floor',
            number(middle('perSecond')),
            ratioText(figures.ratio('delivery', entry, 'floor', 'perSecond')),
            number(middle('p50Ms'), 2),
            number(middle('p99Ms'), 2),
            number(middle('commandsPerMessage'), 2),
            cpu.join(', '),
          ];
        }),
      ),
    ],
  },
  {
    title: 'Open sessions on two instances',
    workloads: ['sessions'],
    text: (figures) => {
      const of = (measure) => figures.of('sessions', 'two instances', measure).median;
      const time = figures.of('sessions', 'broadcast', 'lastAfterMs');
      const { options } = figures.workloads.sessions;
      return [
        `${number(options.sessions)} sessions, each with its stream on a socket of its own.`,
        table(
          ['What', 'Measured'],
          [
            ['sessions opened a second', number(of('opened'))],
            ['heap of a session on its instance', `${kB(of('heapBytes'))} kB`],
            ['all memory of a session on its instance', `${kB(of('rssBytes'))} kB`],
            ['memory of a session in Redis', `${kB(of('redisBytes'))} kB in ${number(of('redisKeys'), 1)} keys`],
            ['Redis commands a second while nothing is sent', number(of('commandsPerSecondAtDefaultTtl'), 0)],
            ['a broadcast reaches the last session after', `${number(time.median, 0)} ms (${rangeText(time)})`],
            ['Redis commands of a broadcast', number(figures.of('sessions', 'broadcast', 'commands').median, 0)],
          ],
          false,
        ),
      ];
    },
  },
  {
    title: 'Start',
    workloads: ['start'],
    text: (figures) => [
      'From the start of the process until its first call is answered, with 52 tools and their validators.',
      table(
        ['', 'ms', 'Lowest–highest', 'To the Nest route', 'CPU, ms', 'Memory, MB'],
        figures.entries('start').map((entry) => {
          const wall = figures.of('start', entry, 'wallMs');
          return [
            LABELS[entry],
            number(wall.median, 0),
            rangeText(wall),
            ratioText(figures.ratio('start', entry, 'nest-validated', 'wallMs')),
            number(figures.of('start', entry, 'cpuMs').median, 0),
            number(figures.of('start', entry, 'rssBytes').median / 1e6, 0),
          ];
        }),
      ),
    ],
  },
];
