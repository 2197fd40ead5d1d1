/**
 * `npm run release:version`: turns the changesets that wait into the next version, in `package.json`, `package-lock.json`
 * and `CHANGELOG.md`.
 */
import { fail, installed, succeeds } from './steps/run.mjs';

const done =
  succeeds(process.execPath, [installed('@changesets/cli/bin.js'), 'version']) &&
  // The lock names versions and checksums, and no address that they came from.
  succeeds('npm', ['install', '--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved']) &&
  succeeds(process.execPath, [installed('prettier/bin/prettier.cjs'), '--write', 'CHANGELOG.md', 'package.json']);
if (!done) fail('The next version could not be made: see above.');
