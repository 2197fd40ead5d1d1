/** Measures what auth, limits and the audit cost a call, in memory and on Redis. See README.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { assertSum } from './answers.mjs';
import { modernCallWith } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { RedisProcess } from './harness/redis-process.mjs';
import { printTable, summarise } from './harness/report.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '0.5' },
    mount: { type: 'string', default: 'controller' },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = values.smoke
  ? { rounds: 2, seconds: 0.3, warmUpSeconds: 0, generations: 1, connections: 32 }
  : {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmUpSeconds: 2,
      generations: Math.min(3, Number(values.rounds)),
      connections: 32,
    };

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

if (values.out) {
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  const content = { ...conditions(options), summary, samples };
  writeFileSync(new URL(`${values.out}.json`, results), JSON.stringify(content));
}
