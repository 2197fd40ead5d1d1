/**
 * Measures the speed of this package beside its peers and bare routes, and writes docs/performance.md. See README.md.
 *
 *     npm run bench -- [quick] [--only call-modern,start] [--rounds 9] [--targets fleet,nest] [--out name] [--page]
 */
import { parseArgs } from 'node:util';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { Progress } from './harness/progress.mjs';
import { RedisProcess } from './harness/redis-process.mjs';
import { mergeWorkload } from './harness/results.mjs';
import { add } from './harness/samples.mjs';
import { printSamples } from './harness/report.mjs';
import { PROFILES } from './profiles.mjs';
import { TARGET_NAMES } from './targets.mjs';
import { WORKLOADS } from './workloads/index.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    targets: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const profile = values.smoke ? 'smoke' : (positionals[0] ?? 'full');
if (!(profile in PROFILES)) throw new Error(`Unknown: ${profile}. A run is full, quick or --smoke`);
const given = Object.entries({ rounds: values.rounds, seconds: values.seconds }).filter(([, value]) => value);
const options = { ...PROFILES[profile], ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])) };
options.generations = Math.min(options.generations, options.rounds);
/** The page shows `performance`; other runs are written only if they are given a name. */
const out = values.out ?? (profile === 'full' && !values.targets ? 'performance' : undefined);

ensureInstalled();
if (!values.page) await measureAll();
if (values.page || out === 'performance') await (await import('./page/write.mjs')).writePage();

async function measureAll() {
  const workloads = chosen(
    values.only,
    'workload',
    WORKLOADS.map(({ name }) => name),
  );
  const targets = values.targets && chosen(values.targets, 'target', TARGET_NAMES);
  refreshOwnPackage();
  const run = new Date().toISOString();
  const progress = new Progress(workloads.length);
  for (const batch of batches(WORKLOADS.filter(({ name }) => workloads.includes(name)))) {
    progress.begin(batch.map(({ name }) => name).join(', '));
    const started = performance.now();
    const redis = await RedisProcess.start();
    try {
      const env = { redis, options, chosen: targets, step: (label, steps) => progress.step(label, steps) };
      const measured = await (batch[0].run ? runOne(batch[0], env) : runContest(batch, env));
      const seconds = Math.round((performance.now() - started) / 1000);
      const under = { run, profile, seconds, redis: await redis.version(), ...conditions(options) };
      progress.end(batch.length);
      for (const { name } of batch) {
        // It may have none of the chosen targets.
        if (Object.keys(measured[name]).length === 0) continue;
        printSamples(name, measured[name]);
        if (out) mergeWorkload(out, name, { ...under, samples: measured[name] });
      }
    } catch (error) {
      throw new Error(`It failed in ${progress.where}`, { cause: error });
    } finally {
      await redis.stop();
    }
  }
}

function chosen(text, what, all) {
  const names = text?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`Unknown ${what}: ${unknown}. There are ${all.join(', ')}`);
  return names;
}

/**
 * Workloads of the same batch that follow each other, together, which saves starts. A full run has each of them alone: a
 * server that waits long for its turn is compiled anew in it.
 */
function batches(workloads) {
  const result = [];
  for (const workload of workloads) {
    const mayJoin = options.sharesServers && workload.batch;
    if (mayJoin && result.at(-1)?.[0].batch === workload.batch) result.at(-1).push(workload);
    else result.push([workload]);
  }
  return result;
}

async function runOne(workload, env) {
  return { [workload.name]: await workload.run(env) };
}

async function runContest(batch, env) {
  const entries = batch.flatMap(({ name, entries }) =>
    entries(env).map((entry) => ({ ...entry, name: `${name} ${entry.name}` })),
  );
  const measured = Object.fromEntries(batch.map(({ name }) => [name, {}]));
  await contest(entries, options, (name, { perCpuSecond, cpuSeconds, wallSeconds }) => {
    const [workload] = name.split(' ', 1);
    add(measured[workload], name.slice(workload.length + 1), { perCpuSecond, busy: cpuSeconds / wallSeconds });
    env.step(name, entries.length * options.rounds);
  });
  return measured;
}
