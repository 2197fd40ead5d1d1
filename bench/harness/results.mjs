import { mkdirSync, writeFileSync } from 'node:fs';

const RESULTS = new URL('../results/', import.meta.url);

/** @param name of a file in `results`; without a name nothing is written */
export function writeResults(name, content) {
  if (!name) return;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${name}.json`, RESULTS), JSON.stringify(content));
}
