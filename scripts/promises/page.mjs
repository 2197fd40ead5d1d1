import { attackSection } from './attack.mjs';
import { FAILURES, PROMISES } from './texts.mjs';

const number = (value) => value.toLocaleString('en-US').replaceAll(',', ' ');
const figureText = ({ name, value, unit }) => `${name}: ${number(value)}${unit ? ` ${unit}` : ''}`;

const total = (runs, name) => runs.reduce((sum, run) => sum + run[name], 0);

/** The tests of one file are one link. */
function proofs(tests) {
  const counts = grouped(tests);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, list]) => `[${file.replace(/^test\//, '').replace(/\.spec\.ts$/, '')}](../${file}) (${list.length})`)
    .join(', ');
}

function grouped(tests) {
  const files = new Map();
  for (const test of tests) files.set(test.file, [...(files.get(test.file) ?? []), test]);
  return files;
}

function table(heading, texts, items) {
  const rows = Object.entries(texts).map(([id, text]) => {
    const { figures, tests } = items[id];
    return `| \`${id}\` | ${text} | ${figures.map(figureText).join('<br>')} | ${proofs(tests)} |`;
  });
  return [`| | ${heading} | Measured | Tests (how many) |`, '| --- | --- | --- | --- |', ...rows].join('\n');
}

function storms(runs) {
  const rows = runs.map(
    ({ name, seeds, seconds, kills, cuts, acked, lost, duplicated, reordered, control }) =>
      `| ${name} | ${seeds.join(', ')} | ${number(seconds)} | ${number(kills)} | ${number(cuts)} | ${number(acked)} | ${lost} | ${duplicated} | ${reordered} | ${control} |`,
  );
  return [
    '| Storm | Seeds | Seconds | Kills | Connections cut | Acknowledged | Lost | Duplicated | Reordered | Lost by the control |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The unformatted page of promises, from the figures of `npm run promises` and of the long storms. */
export const page = ({ date, versions, seconds, items, again = [] }, runs, attack) => `# Promises

This page lists what the package promises, which failures it is tested against, and what was measured. \`npm run promises\`
generates the page from [the figures of one run](../bench/results/promises.json), which are never edited by hand. That run took
${number(Math.round(seconds))} seconds on ${date.slice(0, 10)}, on two cores with Node ${versions.node.replace(/^v/, '')} and Redis ${versions.redis}. Clients, instances and Redis shared
one machine, and the measured times include that. Each \`npm test\` runs the same tests with fewer repetitions.
${again.length > 0 ? `\nThese files were measured again later: ${[...new Set(again.flatMap(({ files }) => files))].map((file) => `\`${file}\``).join(', ')}.\n` : ''}
## What is promised

${table('Promise', PROMISES, items)}

The package does not promise that the side effects of a method happen exactly once, durability beyond
[that of Redis](redis.md#what-has-to-be-set-in-redis), an order between different streams, or replay after \`historyTtlMs\`.

## What may fail

${table('Failure', FAILURES, items)}

## Long storms

\`npm run chaos\` runs clients that disconnect and reconnect while messages are sent and the fleet is attacked. Of ${number(total(runs, 'acked'))}
acknowledged messages, ${total(runs, 'lost')} were lost, ${total(runs, 'duplicated')} duplicated and ${total(runs, 'reordered')} reordered. A control in each run does without the protection,
and must lose messages; otherwise the storm would prove nothing.

${storms(runs)}
${attackSection(attack)}`;
