import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const read = (file) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

/** Asked once: a run writes its own results, which are in the repository too. */
const COMMIT = commit();

/** The conditions of a run, so that its figures can be compared with those of another one. */
export function conditions(options) {
  const { version } = read('package.json');
  const { dependencies } = read('bench/package.json');
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    cpu: cpus()[0].model,
    cores: cpus().length,
    commit: COMMIT,
    versions: { ...dependencies, 'nestjs-mcp-fleet': version },
    options,
  };
}

/** What was measured, if this is a repository; `-dirty` if something of it was not committed. */
function commit() {
  try {
    const cwd = new URL('../', import.meta.url);
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
