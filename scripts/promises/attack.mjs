import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps/root.mjs';
import { ARMS } from '../attack/arms.mjs';

const FILE = join(ROOT, 'bench/results/attack.json');

/** The last run of `npm run attack -- --out attack`; `undefined` when there is none. */
export const readAttack = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : undefined);

const row = ({ arm, adapter, alive, maxRssMb, worstMs, idleWorstMs, heldBeforeMib, heldAfterMib, backAfterSeconds }) =>
  `| \`${arm.toUpperCase()}\` | ${ARMS[arm].what} | ${adapter} | ${alive ? 'yes' : '**no**'} | ${maxRssMb} MB | ${worstMs} ms | ${idleWorstMs} ms | ${heldBeforeMib} → ${heldAfterMib ?? '–'} MiB after ${backAfterSeconds} s |`;

const controlRow = ({ arm, adapter, problems }) => `| \`${arm.toUpperCase()}\` | ${adapter} | ${problems.join('; ')} |`;

const honestSentence = ({ adapter, listeners, cuts, worstMs, toldWithinMs }) => `
With ${listeners} honest listeners on ${adapter} and ${cuts} cuts of the subscriber's connection, no plain call waited longer than
${worstMs} ms, and everybody was told within ${toldWithinMs} ms.`;

/** The section about what one client can cause, unformatted. */
export function attackSection(run) {
  if (!run) return '';
  const honest = run.runs.filter(({ arm }) => arm === 'listeners').map(honestSentence);
  return `
## What one client can cause

\`npm run attack\` lets one anonymous client do its worst for ${run.seconds} seconds at a time to an instance that may use 400 MB of
heap, while another client makes a plain call every 50 ms. In the run of ${run.date.slice(0, 10)} with Node ${run.node.replace(/^v/, '')}:

| | What it does | Adapter | Alive | Most memory | Longest wait of a plain call | Before | Memory held |
| --- | --- | --- | --- | --- | --- | --- | --- |
${run.runs
  .filter(({ arm }) => arm !== 'listeners')
  .map(row)
  .join('\n')}
${honest.join('\n')}

The same arms have to do harm when the limit in question is switched off:

| | Adapter | What happened |
| --- | --- | --- |
${run.controls.map(controlRow).join('\n')}
`;
}
