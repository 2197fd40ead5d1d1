import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const fileOf = (name) => fileURLToPath(new URL(`../results/${name}.json`, import.meta.url));

/** @param name of a file in `results`; without a name nothing is written */
export function writeResults(name, content) {
  if (!name) return;
  mkdirSync(dirname(fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), `${JSON.stringify(content)}\n`);
}

export const readResults = (name) =>
  existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : undefined;

/**
 * Replaces the figures of one workload, together with the conditions under which they were measured: each workload of a
 * file has its own.
 */
export function mergeWorkload(name, workload, measured) {
  const { workloads = {} } = readResults(name) ?? {};
  writeResults(name, { workloads: { ...workloads, [workload]: measured } });
}
