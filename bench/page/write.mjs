/** Writes what is generated from the results: docs/performance.md with its plots, docs/scale.md, and the figures of README.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readResults } from '../harness/results.mjs';
import { Figures } from './figures.mjs';
import { page, reasonsOf } from './page.mjs';
import { PLOTS } from './plots.mjs';
import { withFigures } from './readme.mjs';
import { scalePage } from './scale.mjs';
import { svgOf } from './svg.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = `${ROOT}docs/performance.md`;
const README = `${ROOT}README.md`;
const SCALE = `${ROOT}docs/scale.md`;
const IMAGES = `${ROOT}docs/images`;

export function writePage() {
  const { workloads } = readResults('performance');
  const reasons = readFileSync(new URL('where-the-time-goes.md', import.meta.url), 'utf8');
  writeFileSync(PAGE, page(workloads, reasonsOf(reasons)));
  writeFileSync(README, withFigures(readFileSync(README, 'utf8'), workloads));
  mkdirSync(IMAGES, { recursive: true });
  const figures = new Figures(workloads);
  for (const [name, plotOf] of Object.entries(PLOTS)) {
    const plot = plotOf(figures);
    if (plot.rows.length > 0) writeFileSync(`${IMAGES}/performance-${name}.svg`, svgOf(plot));
  }
  format(PAGE, README);
  writeScalePage();
}

/** Writes docs/scale.md, which uses the results of both. */
export function writeScalePage() {
  const { workloads } = readResults('performance');
  writeFileSync(SCALE, scalePage(readResults('scale'), workloads));
  format(SCALE);
}

function format(...files) {
  const prettier = `${ROOT}node_modules/prettier/bin/prettier.cjs`;
  execFileSync(process.execPath, [prettier, '--log-level', 'warn', '--write', ...files], { cwd: ROOT });
}
