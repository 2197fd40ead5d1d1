import { readFileSync } from 'node:fs';

/** A process needs a file for each connection. Node raises its soft limit to the hard limit itself. */
export function requireOpenFiles(count) {
  const [, limit] = /^Max open files +\S+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (limit === undefined || Number(limit) >= count) return;
  throw new Error(`A process may open ${limit} files but needs ${count}: run "ulimit -Hn ${count}" as root first`);
}
