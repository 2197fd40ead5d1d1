/**
 * `node scripts/fsck.mjs [--redis URL] [--prefix mcp] [--json]`: looks for damage in what a fleet keeps in its Redis, while
 * the fleet runs. Reads only. Ends with 1 when there is any; keys are named, and they hold session ids.
 */
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { fsck } from './fsck/fsck.mjs';
import { fail } from './steps/run.mjs';

const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' },
    prefix: { type: 'string', default: 'mcp' },
    json: { type: 'boolean', default: false },
  },
});

const redis = new Redis(values.redis, { lazyConnect: true, retryStrategy: null });
redis.on('error', () => {});
const report = await redis
  .connect()
  .then(() => fsck(redis, values.prefix))
  .catch((error) => fail(`Redis cannot be read: ${error.message}`));
redis.disconnect();

if (values.json) {
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  for (const problem of report.problems) process.stdout.write(`${problem}\n`);
  const counts = Object.entries(report.keys).map(([kind, count]) => `${count} ${kind}`);
  process.stdout.write(`${report.problems.length} problems; keys: ${counts.join(', ') || 'none'}\n`);
  for (const [server, { account, found }] of Object.entries(report.stored)) {
    process.stdout.write(`${server}: ${account} bytes in the account of what is stored, ${found} found\n`);
  }
}
process.exit(report.problems.length === 0 ? 0 : 1);
