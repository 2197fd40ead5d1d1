import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The conditions of a run, so that a results file can be compared with another one. */
export function conditions(options) {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0].model,
    cores: cpus().length,
    versions: dependencies,
    options,
  };
}
