/**
 * `npm test [-- arguments of vitest]`: installs, builds and provides what the tests need, runs them, and ends with the
 * line `N passed, N failed`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideChromium } from './steps/chromium.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { provideRedis } from './steps/redis.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';

/** A run that takes longer is considered hanging. */
const TIMEOUT_MS = 11.5 * 60_000;

/** Counts a file that could not be loaded, and an error outside of all tests, as one failure each. */
function countResults(report, code) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests, numFailedTests, testResults } = results;
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  );
  const failed = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

ensureBuilt();
endOnSignals();
const REDIS_URL = await provideRedis().catch((error) => fail(error.message));
const CHROMIUM_PATH = await provideChromium().catch((error) => fail(error.message));

// A folder of its own, so that concurrent runs do not read each other's results.
const folder = mkdtempSync(join(tmpdir(), 'nestjs-mcp-fleet-test-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = await exitCode(
  process.execPath,
  [installed('vitest/vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)],
  { env: { ...process.env, REDIS_URL, CHROMIUM_PATH }, stdio: ['ignore', 'inherit', 'inherit'], timeout: TIMEOUT_MS },
);
const { passed, failed } = countResults(report, code);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
