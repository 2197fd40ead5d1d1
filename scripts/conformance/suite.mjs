import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../steps/root.mjs';
import { exitCode, fail, succeeds } from '../steps/run.mjs';

const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** The suite needs Node 22. */
const NODE = 'node@24';

// A separate folder: in the project's own, the `node` package would replace Node in every npm script.
const SUITE_FOLDER = join(ROOT, 'out/conformance-suite');
const PACKAGE = join(SUITE_FOLDER, 'node_modules/@modelcontextprotocol/conformance');
const CLI = join(PACKAGE, 'dist/index.js');
const OWN_NODE = join(SUITE_FOLDER, 'node_modules/node/bin/node');
const runner = () => (existsSync(OWN_NODE) ? OWN_NODE : process.execPath);

/** Installs the suite at its pinned version, and a Node that can run it if this one cannot. */
export function ensureSuite() {
  const wanted = Number(process.versions.node.split('.')[0]) < 22 ? [SUITE, NODE] : [SUITE];
  const manifest = join(SUITE_FOLDER, 'installed.json');
  if (existsSync(manifest) && readFileSync(manifest, 'utf8') === JSON.stringify(wanted)) return;
  rmSync(SUITE_FOLDER, { recursive: true, force: true });
  mkdirSync(SUITE_FOLDER, { recursive: true });
  writeFileSync(join(SUITE_FOLDER, 'package.json'), '{ "private": true }');
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (!succeeds('npm', ['install', ...flags, ...wanted], { cwd: SUITE_FOLDER })) {
    fail(`The conformance suite could not be installed: ${wanted.join(' and ')}.`);
  }
  writeFileSync(manifest, JSON.stringify(wanted));
}

/** The scenarios for a server of this revision: `scored` decides on conformance, `others` are run in addition. */
export function requirementsOf(revision) {
  const { parse } = createRequire(CLI)('yaml');
  const { server, not_scored: others } = parse(readFileSync(join(PACKAGE, `requirements/${revision}.yaml`), 'utf8'));
  return { scored: server, others: others.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario) };
}

/**
 * Runs all scenarios of a revision. The exit code of the suite is ignored because it counts neither warnings nor
 * scenarios without a result.
 *
 * @param folder for the results; its content is removed first
 */
export async function runSuite(url, revision, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'suite.log'), 'w');
  const args = [CLI, 'server', '--url', url, '--requirements', revision, '-o', folder];
  await exitCode(runner(), args, { stdio: ['ignore', log, log], timeout: 5 * 60_000 });
}
