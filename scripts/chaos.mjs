/**
 * `npm run chaos -- [--scenario kill-instance,cut-redis,mixed,trim,ttl,flush,restart-empty,fork] [--seeds 1,2,3]
 * [--seconds N] [--pace MS] [--out name]`: runs every scenario of the chaos tests with every seed
 * and prints the figures as JSON. `--out` writes them and their sums to `bench/results/chaos-<name>.json`.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './steps/compile.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';

const STORMS = ['kill-instance', 'cut-redis', 'mixed'];
const SCENARIOS = [...STORMS, 'trim', 'ttl', 'flush', 'restart-empty', 'fork'];

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: STORMS.join(',') },
    seeds: { type: 'string', default: process.env.CHAOS_SEEDS ?? String(randomInt(1, 2 ** 31)) },
    seconds: { type: 'string', default: '60' },
    pace: { type: 'string' },
    out: { type: 'string' },
  },
});
if (!/^[0-9]+(,[0-9]+)*$/.test(values.seeds)) fail('--seeds must be whole numbers separated by commas.');
for (const name of ['seconds', 'pace']) {
  if (!/^[0-9]+$/.test(values[name] ?? '0')) fail(`--${name} must be a whole number.`);
}
if (!/^[a-z0-9-]+$/.test(values.out ?? 'x')) fail('--out must be a name of lower-case letters, digits and hyphens.');
for (const scenario of values.scenario.split(',')) {
  if (!SCENARIOS.includes(scenario)) fail(`There is no scenario "${scenario}": ${SCENARIOS.join(' | ')}`);
}

ensureBuilt();
endOnSignals();
const env = {
  ...process.env,
  CHAOS_SCENARIO: values.scenario,
  CHAOS_SEEDS: values.seeds,
  CHAOS_SECONDS: values.seconds,
  ...(values.pace && { CHAOS_PACE_MS: values.pace }),
  ...(values.out && { CHAOS_OUT: join(ROOT, 'bench/results', `chaos-${values.out}.json`) }),
};
process.exit(await exitCode(process.execPath, [installed('vitest/vitest.mjs'), 'run', '--project', 'chaos'], { env }));
