import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { fail, succeeds } from './run.mjs';

const LOCK = join(ROOT, 'package-lock.json');
/** npm's own record of the installed packages. */
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');

const packagesOf = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages);

/** Compares versions. Dates do not help: npm may write the lock file later, and git sets dates of its own. */
function isCurrent() {
  const present = new Map(packagesOf(INSTALLED));
  return packagesOf(LOCK).every(
    ([path, { version, optional }]) => path === '' || optional || present.get(path)?.version === version,
  );
}

/** Installs the packages of `package-lock.json` unless they are installed. */
export function ensureInstalled() {
  const missing = !existsSync(INSTALLED);
  if (!missing && isCurrent()) return;
  process.stderr.write('Installing the dependencies…\n');
  // `npm ci` removes `node_modules` first, which would break running processes: only for a clean checkout.
  // Its output is hidden: it refuses locks that lack packages of other platforms, and `npm install` follows then.
  const clean = () => succeeds('npm', ['ci'], { stdio: 'ignore' });
  const done = (missing && clean()) || succeeds('npm', ['install', '--no-save', '--loglevel=error']);
  if (!done) fail('The dependencies could not be installed: see the output of npm above.');
}
