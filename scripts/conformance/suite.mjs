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

/** Scenarios of extensions that no set of requirements names; the suite runs them at the revision of their extension. */
const OF_EXTENSIONS = {
  '2026-07-28': ['sep-2640-skills-enumeration', 'sep-2640-skills-manifest', 'sep-2640-skills-directory'],
};

/** The scenarios for a server of this revision: `scored` decides on conformance, `others` are run in addition. */
export function requirementsOf(revision) {
  const { parse } = createRequire(CLI)('yaml');
  const { server, not_scored: others } = parse(readFileSync(join(PACKAGE, `requirements/${revision}.yaml`), 'utf8'));
  const unscored = others.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario);
  return { scored: server, others: [...unscored, ...(OF_EXTENSIONS[revision] ?? [])] };
}

/**
 * Runs the scenarios of a revision. The exit code of the suite is ignored because it counts neither warnings nor
 * scenarios without a result.
 *
 * @param folder for the results; its content is removed first
 * @param only the names of those to run. Default: all
 */
export async function runSuite(url, revision, folder, only) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'suite.log'), 'w');
  const run = (...args) =>
    exitCode(runner(), [CLI, 'server', '--url', url, '-o', folder, ...args], {
      stdio: ['ignore', log, log],
      timeout: 5 * 60_000,
    });
  const ofExtensions = OF_EXTENSIONS[revision] ?? [];
  if (!only) await run('--requirements', revision);
  for (const name of only ?? ofExtensions) {
    await run('--scenario', name, ...(ofExtensions.includes(name) ? [] : ['--spec-version', revision]));
  }
}
