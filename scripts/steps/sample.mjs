import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './compile.mjs';
import { ROOT } from './root.mjs';
import { fail } from './run.mjs';

const SAMPLES = join(ROOT, 'sample');

export const sampleNames = () =>
  readdirSync(SAMPLES)
    .filter((name) => existsSync(join(SAMPLES, name, 'main.ts')))
    .sort();

export const compiledSample = (name) => join(ROOT, 'build/sample', name, 'main.js');

/** @param command of npm, which the sentence about a wrong name shows how to use */
export function requireSample(name, command) {
  const names = sampleNames();
  if (names.includes(name)) return;
  const problem = name === undefined ? 'Which sample?' : `There is no sample "${name}".`;
  fail(`${problem} npm run ${command} -- <${names.join(' | ')}>`);
}

/** Builds and runs the sample in this process, so that signals and the exit code are the sample's own. */
export async function runSample(name) {
  requireSample(name, 'sample');
  ensureBuilt();
  await import(pathToFileURL(compiledSample(name)).href);
}
