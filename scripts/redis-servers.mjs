/**
 * `npm run test:redis -- <server> [<server> …] [-- <arguments>]`: runs the tests of everything on Redis once with each
 * of these programs, such as `/usr/bin/valkey-server`. The arguments go to vitest, and choose other tests if they name some.
 */
import { spawnSync } from 'node:child_process';
import { ensureBuilt } from './steps/compile.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';

const TESTS = ['test/contract', 'test/fleet', 'test/unit/redis', 'test/unit/limits', 'test/unit/docs/redis.spec.ts'];

const words = process.argv.slice(2);
const end = words.indexOf('--');
const servers = end === -1 ? words : words.slice(0, end);
const chosen = end === -1 ? [] : words.slice(end + 1);
if (servers.length === 0) fail('Name at least one program: npm run test:redis -- /usr/bin/valkey-server');

const namesTests = chosen.some((word) => word.startsWith('test/'));
const args = ['run', '--project', 'in-process', ...(namesTests ? [] : TESTS), ...chosen];

ensureBuilt();
endOnSignals();
let failed = 0;
for (const server of servers) {
  const { stdout, status } = spawnSync(server, ['--version'], { encoding: 'utf8' });
  if (status !== 0) fail(`${server} does not run.`);
  process.stdout.write(`\n${stdout.trim()}\n`);
  const env = { ...process.env, REDIS_SERVER: server };
  if ((await exitCode(process.execPath, [installed('vitest/vitest.mjs'), ...args], { env })) !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
