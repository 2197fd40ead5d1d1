/**
 * `npm run conformance [-- --adapter express|fastify] [--fleet [--instances 3]] [--scenario NAME]`: runs the official suite
 * against `sample/everything` in both eras and reads its results strictly. `--scenario`, several times, runs only these. With `--fleet` it runs against several
 * instances on one Redis behind a round-robin balancer. `conformance-expected.json` lists expected failures and why.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet } from './conformance/fleet.mjs';
import { ensureSuite, requirementsOf, runSuite } from './conformance/suite.mjs';
import { outcomesOf } from './conformance/outcomes.mjs';
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
    scenario: { type: 'string', multiple: true },
  },
});
const instances = Number(values.instances);
if (!Number.isInteger(instances) || instances < 1) fail('--instances must be a whole number, e.g. 3.');
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
const count = (outcome) => columns.flatMap(({ results }) => withOutcome(results, outcome)).length;
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
  const columnsOfAdapter = [];
  for (const revision of REVISIONS) {
    const requirements = chosenOf(requirementsOf(revision));
    if (requirements.scored.length + requirements.others.length === 0) continue;
    const only = values.scenario && [...requirements.scored, ...requirements.others];
    await runSuite(fixture.url, revision, join(folder, revision), only);
    const results = outcomesOf(join(folder, revision), requirements, expectedOf(revision));
    columnsOfAdapter.push({ adapter, revision, results, others: requirements.others });
  }
  const ended = await fixture.stop();
  if (columnsOfAdapter.length === 0) fail(`There is no scenario ${values.scenario.join(' or ')}.`);
  const text = 'did not survive the suite or did not exit on SIGTERM';
  columnsOfAdapter[0].results.set('the fixture itself', ended ? { outcome: 'passed' } : { outcome: 'failed', text });
  return columnsOfAdapter;
}

function isChosen(name) {
  return values.scenario?.includes(name) ?? true;
}

function chosenOf({ scored, others }) {
  return { scored: scored.filter(isChosen), others: others.filter(isChosen) };
}

function expectedOf(revision) {
  return Object.fromEntries(Object.entries(expected[revision] ?? {}).filter(([name]) => isChosen(name)));
}

function withOutcome(results, outcome) {
  return [...results].filter(([, result]) => result.outcome === outcome);
}

function printTable(all) {
  const scenarios = [...new Set(all.flatMap(({ results }) => [...results.keys()]))];
  const width = Math.max(...scenarios.map((name) => name.length)) + 2;
  const row = (name, cells) => `${name.padEnd(width)}${cells.map((cell) => cell.padEnd(12)).join('')}`.trimEnd() + '\n';
  const cell = ({ results, others }, name) => {
    const result = results.get(name);
    return result ? MARKS[result.outcome] + (others.includes(name) ? '*' : '') : '-';
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
  for (const { adapter, revision, results } of all) {
    for (const [name, { text }] of withOutcome(results, 'failed')) {
      process.stdout.write(`\nFAILED ${name} (${revision}, ${adapter})\n${text}\n`);
    }
  }
}
