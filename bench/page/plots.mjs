/** What the plots show, as data: `svg.mjs` draws it, and the description in the SVG repeats it. */
import { growthOf } from './growth.mjs';
import { LABELS, plain } from './labels.mjs';
import { number } from './text.mjs';

const CALLS = ['nest', 'nest-validated', 'fleet-server', 'fleet-direct', 'fleet', 'fleet-redis', 'rekog'];
const LISTS = ['node:http', 'nest', 'fleet', 'fleet-redis', 'rekog'];
const STREAMS = {
  raw: 'raw writes',
  fleet: 'this package',
  'fleet-redis': 'this package on Redis',
  sdk: 'the official SDK',
};

export const GROWTH = {
  'growth-tools': 'Requests as the number of tools grows',
  'growth-bytes': 'Calls as their arguments and results grow',
  'growth-in-flight': 'Calls as more are in flight',
  'growth-sessions': 'Calls and messages as more sessions are open',
  'growth-instances': 'Calls and messages as there are more instances',
};

const bars = (title, unit, groups, rows) => ({ form: 'bars', title, unit, groups, rows });

/** Rows of bars, one bar for each group that has a figure. */
const rowsOf = (figures, names, labels, groups) =>
  names
    .map((name) => ({ label: plain(labels[name]), values: groups.map((group) => valueOf(figures, group(name))) }))
    .filter(({ values }) => values.some(Boolean));

const valueOf = (figures, [workload, entry]) =>
  figures.has(workload, entry) ? figures.of(workload, entry) : undefined;

const sdkOf = (era) => (era === 'modern' ? 'sdk' : 'sdk-session');
const byEra = (kind, era) => (name) => [`${kind}-${era}`, name === 'sdk' ? sdkOf(era) : name];

export const PLOTS = {
  calls: (figures) =>
    bars(
      'Calls per CPU second',
      'answers per CPU second',
      ['modern', 'legacy'],
      rowsOf(figures, [...CALLS, 'sdk'], LABELS, [byEra('call', 'modern'), byEra('call', 'legacy')]),
    ),
  lists: (figures) =>
    bars(
      'Lists of 52 tools per CPU second',
      'answers per CPU second',
      ['modern', 'legacy'],
      rowsOf(figures, [...LISTS, 'sdk'], LABELS, [byEra('list', 'modern'), byEra('list', 'legacy')]),
    ),
  'fan-out': (figures) =>
    bars(
      'Messages of a broadcast per CPU second',
      'messages per CPU second',
      ['streams of sessions', 'subscriptions/listen'],
      rowsOf(figures, Object.keys(STREAMS), STREAMS, [
        (name) => ['fan-out', `get ${name}`],
        (name) => ['fan-out', `listen ${name}`],
      ]),
    ),
  ...Object.fromEntries(
    Object.entries(GROWTH).map(([workload, title]) => [workload, (figures) => lines(figures, title, workload)]),
  ),
};

function lines(figures, title, workload) {
  const series = growthOf(figures).filter((one) => one.workload === workload);
  const rows = series.flatMap(({ what, beside, points }) => [
    { label: plain(what), points: points.map(({ size, rate }) => [size, rate.median]) },
    ...(beside
      ? [
          {
            label: `${plain(what)}, ${beside}`,
            isBeside: true,
            points: points.map(({ size, rateBeside }) => [size, rateBeside.median]),
          },
        ]
      : []),
  ]);
  return { form: 'lines', title, unit: 'per CPU second', axis: series[0]?.size, rows };
}

/** The figures of a plot as text, for those who do not see it and for the test that compares it with the results. */
export const descriptionOf = ({ form, groups, axis, rows }) =>
  rows
    .map(({ label, values, points }) =>
      form === 'bars'
        ? `${label}: ${values
            .map((value, index) => (value ? `${groups[index]} ${number(value.median)}` : ''))
            .filter(Boolean)
            .join(', ')}`
        : `${label}: ${points.map(([x, y]) => `${number(y)} at ${number(x, 0)} ${axis}`).join(', ')}`,
    )
    .join('; ');
