import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../steps/root.mjs';
import { exitCode, fail, succeeds } from '../steps/run.mjs';

const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** The suite needs Node 22. */
const NODE = 'node@24';

// A folder of its own: in the project's, the `node` of this package would replace Node in every npm script.
const HOME = join(ROOT, 'out/conformance-suite');
const PACKAGE = join(HOME, 'node_modules/@modelcontextprotocol/conformance');
const CLI = join(PACKAGE, 'dist/index.js');
const OWN_NODE = join(HOME, 'node_modules/node/bin/node');
const runner = () => (existsSync(OWN_NODE) ? OWN_NODE : process.execPath);

/** The suite at its pinned version, and a Node that can run it where this one cannot. */
export function ensureSuite() {
  const wanted = Number(process.versions.node.split('.')[0]) < 22 ? [SUITE, NODE] : [SUITE];
  const manifest = join(HOME, 'installed.json');
  if (existsSync(manifest) && readFileSync(manifest, 'utf8') === JSON.stringify(wanted)) return;
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(HOME, { recursive: true });
  writeFileSync(join(HOME, 'package.json'), '{ "private": true }');
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (!succeeds('npm', ['install', ...flags, ...wanted], { cwd: HOME })) {
    fail(`The conformance suite could not be installed: ${wanted.join(' and ')}.`);
  }
  writeFileSync(manifest, JSON.stringify(wanted));
}

/** What a server of this revision is asked: `scored` is what conformance means, the others are run beside it. */
export function requirementsOf(revision) {
  const { parse } = createRequire(CLI)('yaml');
  const { server, not_scored: others } = parse(readFileSync(join(PACKAGE, `requirements/${revision}.yaml`), 'utf8'));
  return { scored: server, others: others.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario) };
}

/**
 * Runs all scenarios of a revision. Its exit code says less than its results do: warnings, and scenarios that left no
 * result, do not count there.
 *
 * @param folder for the results; what was in it is removed
 */
export async function runSuite(url, revision, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'suite.log'), 'w');
  const args = [CLI, 'server', '--url', url, '--requirements', revision, '-o', folder];
  await exitCode(runner(), args, { stdio: ['ignore', log, log], timeout: 5 * 60_000 });
}
