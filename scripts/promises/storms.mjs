import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps/root.mjs';

const FILE = join(ROOT, 'bench/results/chaos-storms.json');

/** The long storms, one row per scenario, from the last run of `npm run chaos -- --out storms`. */
export function readStorms() {
  if (!existsSync(FILE)) return [];
  const { runs, sums } = JSON.parse(readFileSync(FILE, 'utf8'));
  return Object.entries(sums).map(([name, sum]) => {
    const own = runs.filter(({ scenario }) => scenario === name);
    return {
      name,
      seeds: own.map(({ seed }) => seed),
      seconds: own.reduce((all, { seconds }) => all + seconds, 0),
      ...sum,
      control: sum.controlLost,
    };
  });
}
