/**
 * `npm run conformance [-- --adapter express|fastify] [--fleet [--instances 3]]`: the official suite against
 * `sample/everything`, in both eras, read strictly; with `--fleet` against several of them on one Redis, where each
 * request goes to the next. What may fail, and why, is in `conformance-expected.json`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet } from './conformance/fleet.mjs';
import { ensureSuite, requirementsOf, runSuite } from './conformance/suite.mjs';
import { judge } from './conformance/verdicts.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { startEverything } from './steps/everything.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, fail } from './steps/run.mjs';

const REVISIONS = ['2026-07-28', '2025-11-25'];
const ADAPTERS = ['fastify', 'express'];
const EXPECTED = new URL('conformance-expected.json', import.meta.url);
const MARKS = { passed: 'passed', expected: 'expected', skipped: 'skipped', failed: 'FAILED' };

const { values } = parseArgs({
  options: {
    adapter: { type: 'string' },
    fleet: { type: 'boolean', default: false },
    instances: { type: 'string', default: '2' },
  },
});
const instances = Number(values.instances);
if (!Number.isInteger(instances) || instances < 1) fail('--instances wants a whole number, e.g. 3');
if (values.adapter && !ADAPTERS.includes(values.adapter)) {
  fail(`There is no adapter "${values.adapter}": --adapter ${ADAPTERS.join(' | ')}`);
}
const adapters = values.adapter ? [values.adapter] : ADAPTERS;
const expected = JSON.parse(readFileSync(EXPECTED, 'utf8'));

ensureBuilt();
ensureSuite();
endOnSignals();
const redisUrl = values.fleet ? await provideRedis().catch((error) => fail(error.message)) : undefined;

const columns = [];
for (const adapter of adapters) columns.push(...(await runAgainst(adapter)));
printTable(columns);
const count = (outcome) => columns.flatMap(({ verdicts }) => outcomes(verdicts, outcome)).length;
process.stdout.write(`\n${count('expected')} fail as expected (scripts/conformance-expected.json), `);
process.stdout.write(`${count('skipped')} checked nothing\n`);
process.stdout.write(`${count('passed')} passed, ${count('failed')} failed\n`);
process.exit(count('failed') === 0 ? 0 : 1);

async function runAgainst(adapter) {
  const folder = join(ROOT, 'out/conformance', values.fleet ? `${adapter}-fleet` : adapter);
  mkdirSync(folder, { recursive: true });
  const starting = values.fleet
    ? startFleet(instances, adapter, folder, redisUrl)
    : startEverything(adapter, join(folder, 'fixture.log'));
  const fixture = await starting.catch((error) => fail(error.message));
  const results = [];
  for (const revision of REVISIONS) {
    await runSuite(fixture.url, revision, join(folder, revision));
    const requirements = requirementsOf(revision);
    const verdicts = judge(join(folder, revision), requirements, expected[revision]);
    results.push({ adapter, revision, verdicts, others: requirements.others });
  }
  const ended = await fixture.stop();
  const text = 'did not survive the suite, or did not end on SIGTERM';
  results[0].verdicts.set('the fixture itself', ended ? { outcome: 'passed' } : { outcome: 'failed', text });
  return results;
}

function outcomes(verdicts, outcome) {
  return [...verdicts].filter(([, verdict]) => verdict.outcome === outcome);
}

function printTable(all) {
  const scenarios = [...new Set(all.flatMap(({ verdicts }) => [...verdicts.keys()]))];
  const width = Math.max(...scenarios.map((name) => name.length)) + 2;
  const row = (name, cells) => `${name.padEnd(width)}${cells.map((cell) => cell.padEnd(12)).join('')}`.trimEnd() + '\n';
  const cell = ({ verdicts, others }, name) => {
    const verdict = verdicts.get(name);
    return verdict ? MARKS[verdict.outcome] + (others.includes(name) ? '*' : '') : '-';
  };
  const heading = (field) =>
    row(
      '',
      all.map((column) => column[field]),
    );
  process.stdout.write(`${heading('adapter')}${heading('revision')}`);
  for (const name of scenarios)
    process.stdout.write(
      row(
        name,
        all.map((column) => cell(column, name)),
      ),
    );
  process.stdout.write('* not scored\n');
  for (const { adapter, revision, verdicts } of all) {
    for (const [name, { text }] of outcomes(verdicts, 'failed')) {
      process.stdout.write(`\nFAILED ${name} (${revision}, ${adapter})\n${text}\n`);
    }
  }
}
