/** What the package is meant to reach. Whether it does is computed from the figures. */
import { MissingFigureError } from './figures.mjs';
import { growthOf } from './growth.mjs';
import { number } from './text.mjs';

const ERAS = ['modern', 'legacy'];

const ratioGoal = (id, text, bound, [workload, entry, to, measure]) => ({
  ...{ id, text, bound, sign: '≥', digits: 2 },
  value: (figures) => figures.ratio(workload, entry, to, measure).median,
});

const calls = (id, text, bound, entry, to) =>
  ERAS.map((era) => ratioGoal(`${id}-${era}`, `\`tools/call\`, ${era}: ${text}`, bound, [`call-${era}`, entry, to]));

const most = (id, text, bound, unit, digits, value) => ({ id, text, bound, sign: '≤', unit, digits, value });

const kB = (bytes) => bytes / 1000;

export const GOALS = [
  ...calls('call-bare', 'direct mount beside a bare Nest route', 1, 'fleet-direct', 'nest'),
  ...calls('call-server', "`mount: 'http-server'` beside a bare Nest route", 1, 'fleet-server', 'nest'),
  ...calls(
    'call-validated',
    'direct mount beside a Nest route with `ValidationPipe`',
    1.5,
    'fleet-direct',
    'nest-validated',
  ),
  ...calls('call-rekog', 'direct mount beside @rekog/mcp-nest', 8, 'fleet-direct', 'rekog'),
  ...calls('call-controller', 'controller beside a Nest route with `ValidationPipe`', 1, 'fleet', 'nest-validated'),
  ...calls(
    'call-express',
    "Express, `mount: 'http-server'`, beside its bare Nest route",
    1.2,
    'fleet-express-server',
    'nest-express',
  ),
  ratioGoal('redis-call', '`tools/call`, legacy: on Redis beside in memory', 0.9, [
    'call-legacy',
    'fleet-redis',
    'fleet',
  ]),
  ratioGoal('cycle', '`initialize` to `DELETE` on Redis beside a bare Nest route', 0.5, [
    'cycle',
    'fleet-redis',
    'nest',
  ]),
  ...ERAS.map((era) =>
    ratioGoal(`list-${era}`, `\`tools/list\`, ${era}, beside a raw route that stringifies`, 2.5, [
      `list-${era}`,
      'fleet',
      'node:http',
    ]),
  ),
  ...['scopes', 'policies'].map((rules) =>
    ratioGoal(`list-${rules}`, `\`tools/list\` by ${rules} of the caller, beside the same raw route`, 2.5, [
      'list-principal',
      rules,
      'node:http',
    ]),
  ),
  ...['get', 'listen'].flatMap((kind) => [
    ratioGoal(`fan-out-${kind}`, `fan-out in memory, ${streamsOf(kind)}, beside raw writes`, 0.8, [
      'fan-out',
      `${kind} fleet`,
      `${kind} raw`,
    ]),
    ratioGoal(`fan-out-redis-${kind}`, `fan-out on Redis, ${streamsOf(kind)}, beside in memory`, 0.8, [
      'fan-out',
      `${kind} fleet-redis`,
      `${kind} fleet`,
    ]),
    most(`heap-${kind}`, `heap of an idle stream, ${streamsOf(kind)}`, 9, 'kB', 1, (figures) =>
      kB(figures.of('fan-out', `${kind} fleet`, 'heapBytesPerStream').median),
    ),
  ]),
  most('heap-redis', 'heap of an idle session with its stream, two instances on Redis', 10, 'kB', 1, (figures) =>
    kB(figures.of('sessions', 'two instances', 'heapBytes').median),
  ),
  most(
    'broadcast-time',
    'a broadcast reaches all sessions of two instances',
    300,
    'ms',
    0,
    (figures) => figures.of('sessions', 'broadcast', 'lastAfterMs').median,
  ),
  most(
    'broadcast-commands',
    'Redis commands of a broadcast on two instances',
    10,
    '',
    0,
    (figures) => figures.of('sessions', 'broadcast', 'commands').median,
  ),
  most(
    'start',
    'start until the first answer, beside a Nest application with the same validators',
    1.15,
    '',
    2,
    (figures) => figures.ratio('start', 'fleet', 'nest-validated', 'wallMs').median,
  ),
  ratioGoal('delivery', 'messages between instances beside raw `XADD` and `PUBLISH`', 0.7, [
    'delivery',
    'fleet',
    'floor',
    'perSecond',
  ]),
  most(
    'delivery-p50',
    'their latency at 1000 a second, median',
    0.6,
    'ms',
    2,
    (figures) => figures.of('delivery', 'fleet', 'p50Ms').median,
  ),
  most(
    'delivery-p99',
    'their latency at 1000 a second, 99th percentile',
    4,
    'ms',
    2,
    (figures) => figures.of('delivery', 'fleet', 'p99Ms').median,
  ),
  most(
    'growth',
    'steps at which something falls off the line as it grows',
    0,
    '',
    0,
    (figures) =>
      growthOf(figures)
        .flatMap(({ points }) => points)
        .filter(({ isOff }) => isOff).length,
  ),
];

function streamsOf(kind) {
  return kind === 'get' ? 'streams of sessions' : '`subscriptions/listen`';
}

/** @returns each goal with its `measured` value and whether it `isReached`; those without figures are left out */
export function judged(figures) {
  return GOALS.flatMap(({ value, ...goal }) => {
    let measured;
    try {
      measured = value(figures);
    } catch (error) {
      if (error instanceof MissingFigureError) return [];
      throw error;
    }
    const isReached = goal.sign === '≥' ? measured >= goal.bound : measured <= goal.bound;
    return [{ ...goal, measured, isReached }];
  });
}

export const boundText = ({ sign, bound, unit }) => `${sign} ${bound}${unit ? ` ${unit}` : ''}`;
export const measuredText = ({ measured, digits, unit }) => `${number(measured, digits)}${unit ? ` ${unit}` : ''}`;
