import { Figures } from './figures.mjs';
import { boundText, judged, measuredText } from './goals.mjs';
import { growthOf } from './growth.mjs';
import { GROWTH, PLOTS } from './plots.mjs';
import { SECTIONS } from './sections.mjs';
import { number, rangeText, ratioText, table, wrapped } from './text.mjs';

/**
 * The unformatted page of the results of `npm run bench`.
 *
 * @param workloads of the results, by name
 * @param reasons where the time goes, by the id of a goal
 */
export function page(workloads, reasons) {
  const figures = new Figures(workloads);
  const parts = [
    '# Performance',
    introduction(workloads),
    '## What it is meant to reach',
    goals(figures, reasons),
    ...SECTIONS.filter((section) => section.workloads.every((name) => workloads[name])).flatMap((section) => [
      `## ${section.title}`,
      ...section.text(figures),
      ...plot(figures, section.plot),
    ]),
    '## Growth',
    ...growth(figures),
    '## Versions',
    versions(workloads),
  ];
  return wrapped(parts.join('\n\n'));
}

const day = ({ date }) => date.slice(0, 10);

/** The run that measured most; workloads that were measured at another time are named. */
function introduction(workloads) {
  const all = Object.entries(workloads);
  const first = mainRun(workloads);
  const others = all.filter(([, { run }]) => run !== first.run);
  const again = others.map(([name, one]) => `\`${name}\` (${day(one)}, ${one.profile})`);
  const seconds = [...new Map(all.filter(([, { run }]) => run === first.run).map(([, one]) => [one.date, one.seconds]))]
    .map(([, value]) => value)
    .reduce((sum, value) => sum + value, 0);
  return [
    '`npm run bench` measures this and generates the page from [the raw samples](../bench/results/performance.json), which are ' +
      `never edited. The run of ${day(first)} took ${number(Math.ceil(seconds / 60), 0)} minutes on ${first.cores} cores ` +
      `(${first.cpu}) with Node ${first.node} and Redis ${first.redis}, in ${first.options.rounds} rounds. Servers, clients and Redis shared ` +
      'the machine.',
    ...(first.profile === 'full'
      ? []
      : [`**It was a ${first.profile} run: its figures are a first look, from few rounds and fewer streams.**`]),
    ...(again.length > 0 ? [`Measured at another time: ${again.join(', ')}.`] : []),
    'A rate is answers per CPU second of the server, because wall time on a shared machine measures its other load. A figure is the ' +
      'median of the rounds; in each round every server has its turn, and a ratio is the median of the ratios within the rounds, ' +
      'with the lowest and the highest one. Compare ratios: absolute figures belong to one machine. [The page of the ' +
      'benchmarks](../bench/README.md) tells how to run them, and [Scale](scale.md) what follows for a hundred thousand streams.',
  ].join('\n\n');
}

function mainRun(workloads) {
  const runs = Object.values(workloads);
  const count = ({ run }) => runs.filter((one) => one.run === run).length;
  return runs.toSorted((a, b) => count(b) - count(a) || b.run.localeCompare(a.run))[0];
}

function goals(figures, reasons) {
  const all = judged(figures);
  const rows = all.map((goal) => [
    goal.text,
    boundText(goal),
    measuredText(goal),
    goal.isReached ? 'reached' : `**not reached**`,
  ]);
  const missed = all.filter(({ isReached }) => !isReached);
  const count = `${all.length - missed.length} of ${all.length} goals are reached.`;
  if (missed.length === 0) return `${count}\n\n${table(['What', 'Goal', 'Measured', ''], rows)}`;
  const why = missed.map(
    (goal) => `- ${goal.text} (${measuredText(goal)}): ${reasons[goal.id] ?? reasonMissing(goal)}`,
  );
  return [
    count,
    table(['What', 'Goal', 'Measured', ''], rows),
    'Where the time goes in those that are not:',
    why.join('\n'),
  ].join('\n\n');
}

function reasonMissing({ id, text }) {
  throw new Error(
    `"${text}" is not reached. Say where the time goes under "## ${id}" in bench/page/where-the-time-goes.md.`,
  );
}

function growth(figures) {
  const series = growthOf(figures);
  const rows = series.flatMap(({ what, size: unit, points, beside }) =>
    points.map(({ size, rate, ratio, isOff }) => [
      what,
      sizeText(size, unit),
      number(rate.median),
      rangeText(rate),
      ratio ? `${ratioText(ratio)} of ${beside}` : '',
      isOff ? '**off the line**' : 'on the line',
    ]),
  );
  return [
    'How the rates change as something grows. Where the same work is measured on a bare server, the ratio to it must not fall; ' +
      'elsewhere the rate itself must not. A step is off the line if it falls by more than a quarter.',
    table(['What', 'Size', 'Per CPU second', 'Lowest–highest', 'Ratio', ''], rows),
    ...Object.keys(GROWTH).flatMap((name) => plot(figures, name)),
  ];
}

const sizeText = (size, unit) =>
  `${number(size, 0)} ${size === 1 ? unit.replace(/(request|session|instance)s/, '$1') : unit}`;

function plot(figures, name) {
  if (name === undefined) return [];
  const described = PLOTS[name](figures);
  return described.rows.length > 0 ? [`![${described.title}](images/performance-${name}.svg)`] : [];
}

function versions(workloads) {
  const { versions: installed, node, redis, commit } = mainRun(workloads);
  const rows = Object.entries({ Node: node, Redis: redis, ...installed }).map(([name, version]) => [
    name === 'Node' || name === 'Redis' ? name : `\`${name}\``,
    name === 'nestjs-mcp-fleet' && commit ? `${version} (${commit})` : version,
  ]);
  return table(['Package', 'Version'], rows, false);
}

/** The sentences of `where-the-time-goes.md`, by the id of the goal that is their heading. */
export const reasonsOf = (markdown) =>
  Object.fromEntries(
    markdown
      .split(/^## /m)
      .slice(1)
      .map((part) => [part.split('\n', 1)[0].trim(), part.split('\n').slice(1).join(' ').trim()]),
  );
