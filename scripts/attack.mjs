/**
 * `npm run attack -- [--seconds 30] [--arms a1,a2] [--adapters fastify,express] [--no-control] [--out attack]`: lets one
 * anonymous client do its worst to instances that this command starts, while another client makes plain calls. `--out`
 * writes the figures to `bench/results/<name>.json`, from which `npm run promises -- --page` makes a table.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARMS } from './attack/arms.mjs';
import { runArm } from './attack/run-arm.mjs';
import { ensureBuilt } from './steps/compile.mjs';
import { provideRedis } from './steps/redis.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, fail } from './steps/run.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    arms: { type: 'string', default: Object.keys(ARMS).join() },
    adapters: { type: 'string', default: 'fastify,express' },
    control: { type: 'boolean', default: true },
    out: { type: 'string' },
  },
  allowNegative: true,
});
const seconds = Number(values.seconds);
if (!(seconds >= 1)) fail('--seconds must be a number of at least 1.');
if (!/^[a-z0-9-]+$/.test(values.out ?? 'x')) fail('--out must be a name of lower-case letters, digits and hyphens.');
const arms = values.arms.toLowerCase().split(',');
const adapters = values.adapters.split(',');
for (const arm of arms) if (!(arm in ARMS)) fail(`There is no arm "${arm}": ${Object.keys(ARMS).join(' | ')}`);
for (const adapter of adapters) {
  if (!['fastify', 'express'].includes(adapter)) fail(`There is no adapter "${adapter}": fastify | express`);
}

ensureBuilt();
endOnSignals();
const redis = arms.some((arm) => ARMS[arm].redis)
  ? await provideRedis().catch((error) => fail(error.message))
  : undefined;

const runs = [];
const controls = [];
let failed = 0;
for (const arm of arms) {
  for (const adapter of adapters) await judge(arm, adapter);
  if (values.control && ARMS[arm].control) await judgeControl(arm, adapters[0]);
}
if (values.out) {
  const folder = join(ROOT, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const content = { date: new Date().toISOString(), node: process.version, seconds, runs, controls };
  writeFileSync(join(folder, `${values.out}.json`), `${JSON.stringify(content, undefined, 2)}\n`);
}
process.stdout.write(`${runs.length + controls.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

async function judge(arm, adapter) {
  const run = await runArm(arm, { adapter, seconds, redis: ARMS[arm].redis && redis });
  runs.push(run);
  if (run.problems.length > 0) failed++;
  print(run, run.problems.length === 0, `${arm} on ${adapter}`);
}

/** With the limit switched off the arm must do harm. */
async function judgeControl(arm, adapter) {
  const { control: options, redis: needsRedis } = ARMS[arm];
  const run = await runArm(arm, { adapter, seconds, options, redis: needsRedis && redis });
  controls.push({ ...run, options });
  if (run.problems.length === 0) failed++;
  print(run, run.problems.length > 0, `${arm} on ${adapter} without its limit, which must fail`);
}

function print(run, isGood, name) {
  const { maxRssMb, worstMs, p99Ms, idleWorstMs, backAfterSeconds, heldBeforeMib, heldAfterMib, statuses, problems } =
    run;
  process.stdout.write(
    `${isGood ? '✓' : '✗'} ${name}: ${maxRssMb} MB, waits p99 ${p99Ms} ms, worst ${worstMs} ms at ${run.worstAtMs} ms (idle ${idleWorstMs} ms), ` +
      `held ${heldBeforeMib} → ${heldAfterMib} MiB after ${backAfterSeconds} s, answers ${JSON.stringify(statuses ?? {})}` +
      `${run.toldWithinMs === undefined ? '' : `, all told within ${run.toldWithinMs} ms`}` +
      `${problems.length > 0 ? `\n  ${problems.join('; ')}` : ''}\n`,
  );
}
