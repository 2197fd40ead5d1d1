import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { fail, succeeds } from './run.mjs';

const LOCK = join(ROOT, 'package-lock.json');
/** What npm wrote down about the packages that it has installed. */
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');

const packagesOf = (file) => Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages);

/** Dates do not tell: npm may write the lock file after it, and git dates files as it pleases. Versions do. */
function isCurrent() {
  const present = new Map(packagesOf(INSTALLED));
  return packagesOf(LOCK).every(
    ([path, { version, optional }]) => path === '' || optional || present.get(path)?.version === version,
  );
}

/** Installs what `package-lock.json` says, if it is not there yet. */
export function ensureInstalled() {
  const missing = !existsSync(INSTALLED);
  if (!missing && isCurrent()) return;
  process.stderr.write('Installing the dependencies…\n');
  // `npm ci` removes `node_modules` first, under the feet of whatever runs from it: only for a clean checkout.
  // It is silent, because it refuses locks that lack the packages of other platforms, which is no reason to stop.
  const clean = () => succeeds('npm', ['ci'], { stdio: 'ignore' });
  const done = (missing && clean()) || succeeds('npm', ['install', '--no-save', '--loglevel=error']);
  if (!done) fail('The dependencies could not be installed: see what npm says above.');
}
