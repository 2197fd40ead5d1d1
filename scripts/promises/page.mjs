import { FAILURES, PROMISES } from './texts.mjs';

const number = (value) => value.toLocaleString('en-US').replaceAll(',', ' ');
const figureText = ({ name, value, unit }) => `${name}: ${number(value)}${unit ? ` ${unit}` : ''}`;

/** The tests of one file are one link. */
function proofs(tests) {
  const counts = grouped(tests);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, of]) => `[${file.replace(/^test\//, '').replace(/\.spec\.ts$/, '')}](../${file}) (${of.length})`)
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

/** The page of promises, from the figures of one run of `npm run promises` and of the long storms. Not formatted yet. */
export const page = ({ date, versions, seconds, items, again = [] }, runs) => `# Promises

What is promised, what may fail, and what was measured when it did. Made by \`npm run promises\` from
[the figures of one run](../bench/results/promises.json), which is never edited by hand: ${date.slice(0, 10)}, two cores, Node ${versions.node.replace(/^v/, '')}, Redis
${versions.redis}, ${number(Math.round(seconds))} seconds. Times are those of a machine that runs clients, instances and Redis at once. The same tests run with each \`npm test\`,
with fewer repetitions.${again.length > 0 ? ` Measured again after it: ${[...new Set(again.flatMap(({ files }) => files))].join(', ')}.` : ''}

## What is promised

${table('Promise', PROMISES, items)}

Not promised: that the side effects of a method happen exactly once; durability beyond [that of Redis](redis.md#what-has-to-be-set-in-redis); an order
between different streams; replay after \`historyTtlMs\`.

## What may fail

${table('Failure', FAILURES, items)}

## Long storms

\`npm run chaos\`: clients that leave and come back, while messages are said and the fleet is attacked. Of ${number(runs.reduce((sum, run) => sum + run.acked, 0))} acknowledged messages
${runs.reduce((sum, run) => sum + run.lost, 0)} were lost, ${runs.reduce((sum, run) => sum + run.duplicated, 0)} duplicated and ${runs.reduce((sum, run) => sum + run.reordered, 0)} reordered. A control in each run does without the protection, and has to lose.

${storms(runs)}
`;
