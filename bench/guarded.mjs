/** Measures what auth, limits and the audit cost a call, in memory and on Redis. See README.md. */
import { parseArgs } from 'node:util';
import { assertSum } from './answers.mjs';
import { modernCallWith } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { RedisProcess } from './harness/redis-process.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { writeResults } from './harness/results.mjs';
import { roundsOf } from './harness/rounds.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '0.5' },
    mount: { type: 'string', default: 'controller' },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = roundsOf(values);

ensureInstalled();
refreshOwnPackage();
const redis = await RedisProcess.start();
const PARTS = ['', 'auth', 'audit', 'limits', 'auth audit limits'];
const PLAIN = 'plain';
const request = modernCallWith({ authorization: 'Bearer bench' });
const prepare = async (port) => {
  await assertSum(port, request);
  return request;
};
const summary = {};
const samples = {};
for (const [where, query] of [
  ['memory', {}],
  ['redis', { redis: redis.url }],
]) {
  const entries = PARTS.map((part) => {
    const server = new URL('servers/guarded.mjs', import.meta.url);
    server.search = new URLSearchParams({ ...query, mount: values.mount, with: part }).toString();
    return { name: part || PLAIN, server: server.href, prepare };
  });
  const measured = await contest(entries, options);
  summary[where] = summarise(measured, [PLAIN]);
  samples[where] = Object.fromEntries(measured);
  printTable(`tools/call, ${where}`, summary[where]);
}
await redis.stop();

writeResults(values.out, { ...conditions(options), summary, samples });
