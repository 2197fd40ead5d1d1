import { readFileSync } from 'node:fs';

/** A process needs a file for each of its connections. Node raises its soft limit to the hard one by itself. */
export function requireOpenFiles(count) {
  const [, limit] = /^Max open files +\S+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (limit === undefined || Number(limit) >= count) return;
  throw new Error(`A process may have ${limit} open files and needs ${count}: run "ulimit -Hn ${count}" as root first`);
}
