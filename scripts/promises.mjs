/**
 * `npm run promises`: runs the tests with as many repetitions as the promises name, and writes what they measured into
 * `bench/results/promises.json` and `docs/promises.md`. `-- --page` writes the page anew from the figures that are there.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';
import { readStorms } from './promises/storms.mjs';
import { page } from './promises/page.mjs';
import { FAILURES, PROMISES } from './promises/texts.mjs';

const RESULTS = join(ROOT, 'bench/results/promises.json');
const PAGE = join(ROOT, 'docs/promises.md');
const IDS = [...Object.keys(PROMISES), ...Object.keys(FAILURES)];

if (!process.argv.includes('--page')) writeFileSync(RESULTS, `${JSON.stringify(await measure(), undefined, 2)}\n`);
writeFileSync(PAGE, page(JSON.parse(readFileSync(RESULTS, 'utf8')), readStorms()));
await exitCode(process.execPath, [installed('prettier/bin/prettier.cjs'), '--log-level', 'warn', '--write', PAGE, RESULTS]);

async function measure() {
  ensureBuilt();
  endOnSignals();
  const REDIS_URL = await provideRedis().catch((error) => fail(error.message));
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-mcp-fleet-promises-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [report, figures] = [join(folder, 'report.json'), join(folder, 'figures.jsonl')];
  writeFileSync(figures, '');
  const env = { ...process.env, REDIS_URL, FIGURES_FILE: figures };
  const from = performance.now();
  // One file after the other: a test beside it would spoil what another one measures.
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--no-file-parallelism'];
  const code = await exitCode(process.execPath, [installed('vitest/vitest.mjs'), 'run', ...reporters], { env });
  if (code !== 0) fail('Tests failed: nothing is written.');
  return {
    date: new Date().toISOString(),
    versions: { node: process.version, redis: redisVersion() },
    seconds: Math.round((performance.now() - from) / 1000),
    items: itemsOf(JSON.parse(readFileSync(report, 'utf8')), readFileSync(figures, 'utf8')),
  };
}

function itemsOf({ testResults }, lines) {
  const figures = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName }) => ({ file: relative(ROOT, name), title: fullName })),
  );
  const entries = IDS.map((id) => {
    const word = new RegExp(`\\b${id}\\b`);
    const own = figures.filter((figure) => figure.id === id).map(({ name, value, unit }) => ({ name, value, unit }));
    return [id, { figures: own, tests: tests.filter(({ title }) => word.test(title)) }];
  });
  return Object.fromEntries(entries);
}

const redisVersion = () => /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))[1];
