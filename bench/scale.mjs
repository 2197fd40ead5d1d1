/**
 * Simulates the Redis side of a hundred thousand sessions with open streams: the real stores against a real Redis, without
 * HTTP and sockets. Writes results/scale.json and docs/scale.md. See README.md.
 *
 *     node bench/scale.mjs [--sessions 100000] [--out scale]
 */
import { parseArgs } from 'node:util';
import { roomFor } from './fleet/arms.mjs';
import { Simulation, TTL_MS } from './fleet/simulation.mjs';
import { conditions } from './harness/conditions.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { PinnedProcess } from './harness/pinned-process.mjs';
import { Progress } from './harness/progress.mjs';
import { RedisProcess } from './harness/redis-process.mjs';
import { writeResults } from './harness/results.mjs';

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '100000' }, out: { type: 'string' }, page: { type: 'boolean' } },
});
const sessions = Number(values.sessions);
const out = values.out ?? (sessions === 100_000 ? 'scale' : undefined);
/** The processes that simulate: enough for the two cores, each for several instances. */
const PROCESSES = 2;
ensureInstalled();
if (!values.page) await simulate();
if (values.page || out === 'scale') await (await import('./page/write.mjs')).writeScalePage();

async function simulate() {
  refreshOwnPackage();
  const started = performance.now();
  const redis = await RedisProcess.start();
  const options = { redis: redis.url, sessionIdleTtlMs: TTL_MS, ...roomFor(sessions), maxStoredBytes: 2 ** 34 };
  const url = new URL('fleet/scale-instance.mjs', import.meta.url).href;
  const env = { BENCH_OPTIONS: JSON.stringify(options) };
  const processes = Array.from({ length: PROCESSES }, () => new PinnedProcess(url, undefined, { env }));
  const progress = new Progress(11);
  try {
    await Promise.all(processes.map((process) => process.receive()));
    const run = new Simulation(redis, processes, progress, sessions);
    const figures = await run.all();
    const seconds = Math.round((performance.now() - started) / 1000);
    const under = {
      ...conditions({ sessions, processes: PROCESSES, ttlMs: TTL_MS }),
      redis: await redis.version(),
      seconds,
    };
    console.log(JSON.stringify(figures, undefined, 1));
    writeResults(out, { ...under, figures });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await redis.stop();
  }
}
