/**
 * `npm run chaos -- [--scenario kill-instance,cut-redis] [--seed N] [--seconds N] [--pace MS] [--out]`: the long form of
 * the chaos tests. Prints the figures as JSON; with `--out` also into `bench/results/chaos-<scenario>.json`.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './steps/compile.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, exitCode, fail, installed } from './steps/run.mjs';

const SCENARIOS = ['kill-instance', 'cut-redis'];

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: SCENARIOS.join(',') },
    seed: { type: 'string', default: process.env.CHAOS_SEED ?? String(randomInt(1, 2 ** 31)) },
    seconds: { type: 'string', default: '60' },
    pace: { type: 'string', default: '10' },
    out: { type: 'boolean', default: false },
  },
});
for (const name of ['seed', 'seconds', 'pace']) {
  if (!/^[0-9]+$/.test(values[name])) fail(`--${name} wants a whole number.`);
}
for (const scenario of values.scenario.split(',')) {
  if (!SCENARIOS.includes(scenario)) fail(`There is no scenario "${scenario}": ${SCENARIOS.join(' | ')}`);
}

ensureBuilt();
endOnSignals();
const env = {
  ...process.env,
  CHAOS_SCENARIO: values.scenario,
  CHAOS_SEED: values.seed,
  CHAOS_SECONDS: values.seconds,
  CHAOS_PACE_MS: values.pace,
  ...(values.out && { CHAOS_OUT: join(ROOT, 'bench/results') }),
};
process.exit(await exitCode(process.execPath, [installed('vitest/vitest.mjs'), 'run', '--project', 'chaos'], { env }));
