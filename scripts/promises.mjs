/**
 * `npm run promises`: runs the tests with the repetitions that the promises name and writes the measurements to
 * `bench/results/promises.json` and `docs/promises.md`. `-- --page` only rewrites the page from the recorded figures.
 * `-- test/fleet/x.spec.ts …` runs these files again and replaces their figures, which the page then mentions.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './steps/compile.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';
import { readAttack } from './promises/attack.mjs';
import { itemsOf, merge } from './promises/items.mjs';
import { page } from './promises/page.mjs';
import { readStorms } from './promises/storms.mjs';

const RESULTS = join(ROOT, 'bench/results/promises.json');
const PAGE = join(ROOT, 'docs/promises.md');

const files = process.argv.slice(2).filter((argument) => argument !== '--page');
if (!process.argv.includes('--page')) {
  const run = await measure();
  writeFileSync(RESULTS, `${JSON.stringify(files.length > 0 ? onTop(run) : run, undefined, 2)}\n`);
}
writeFileSync(PAGE, page(JSON.parse(readFileSync(RESULTS, 'utf8')), readStorms(), readAttack()));
const code = await exitCode(process.execPath, [
  installed('prettier/bin/prettier.cjs'),
  '--log-level',
  'warn',
  '--write',
  PAGE,
  RESULTS,
]);
// A Redis started by this process would keep it alive.
process.exit(code);

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
  // One file after the other: concurrent tests would distort the measurements.
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--no-file-parallelism'];
  await exitCode(process.execPath, [installed('vitest/vitest.mjs'), 'run', ...files, ...reporters], { env });
  return {
    date: new Date().toISOString(),
    versions: { node: process.version, redis: redisVersion() },
    seconds: Math.round((performance.now() - from) / 1000),
    items: itemsIn(report, figures),
  };
}

function onTop({ date, seconds, items }) {
  const before = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const again = [...(before.again ?? []), { date, seconds, files }];
  return { ...before, again, items: merge(before.items, items, files) };
}

function itemsIn(report, figures) {
  try {
    return itemsOf(JSON.parse(readFileSync(report, 'utf8')), readFileSync(figures, 'utf8'));
  } catch (error) {
    return fail(error.message);
  }
}

function redisVersion() {
  return /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))[1];
}
