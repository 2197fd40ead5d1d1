/**
 * `npm run test:nest11 [-- --keep <folder>] [--conformance] [arguments]`: the tests on the other supported major of
 * Nest. Copies the repository to a temporary folder, installs the packages of Nest 11 there, compiles everything, and
 * runs the in-process tests and the clients of `test/interop`, or what the arguments choose for vitest. `--conformance`
 * runs the official suite instead, which gets the arguments. `--keep` names the folder, and leaves it there for the next
 * run.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { ensureInstalled } from './steps/install.mjs';
import { ROOT } from './steps/root.mjs';
import { endOnSignals, exitCode, fail } from './steps/run.mjs';

/** The packages that differ. All others are the same for both majors. */
const NEST_11 = {
  '@nestjs/common': '11.2.10',
  '@nestjs/config': '4.0.4',
  '@nestjs/core': '11.2.10',
  '@nestjs/jwt': '11.0.2',
  '@nestjs/mapped-types': '2.1.1',
  '@nestjs/microservices': '11.2.6',
  '@nestjs/passport': '11.0.5',
  '@nestjs/platform-express': '11.2.10',
  '@nestjs/platform-fastify': '11.2.8',
  '@nestjs/swagger': '11.4.0',
  '@nestjs/terminus': '11.1.1',
  '@nestjs/testing': '11.2.6',
  '@nestjs/typeorm': '11.0.3',
};

/** Made by a build or a tool, or of no use there. `node_modules` is linked, and not copied. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'build', 'coverage', 'out']);

function copyRepository(folder) {
  // A kept folder still has files that are gone here.
  for (const entry of readdirSync(folder)) {
    if (!LEFT_OUT.has(entry)) rmSync(join(folder, entry), { recursive: true });
  }
  const wanted = (path) => !LEFT_OUT.has(relative(ROOT, path).split(sep)[0]);
  cpSync(ROOT, folder, { recursive: true, filter: wanted });
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  manifest.devDependencies = { ...manifest.devDependencies, ...NEST_11 };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** npm then fetches only what differs. Hard links take no room, and npm never writes into a file that is there. */
function linkPackages(folder) {
  if (existsSync(join(folder, 'node_modules'))) return;
  spawnSync('cp', ['-al', join(ROOT, 'node_modules'), folder], { stdio: 'ignore' });
}

const chosen = process.argv.slice(2);
const kept = chosen[0] === '--keep' ? resolve(chosen.splice(0, 2)[1] ?? fail('--keep needs a folder')) : undefined;
const isConformance = chosen[0] === '--conformance';

ensureInstalled();
endOnSignals();
const folder = kept ?? mkdtempSync(join(tmpdir(), 'nestjs-mcp-fleet-nest11-'));
if (kept === undefined) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
mkdirSync(folder, { recursive: true });
copyRepository(folder);
linkPackages(folder);

const there = { cwd: folder };
if ((await exitCode('npm', ['install', '--prefer-offline', '--loglevel=error'], there)) !== 0) {
  fail('The packages of Nest 11 could not be installed: see the output of npm above.');
}
const IN_PROCESS = ['test/unit', 'test/contract', 'test/e2e', 'test/security', 'test/fleet', 'test/interop'];
const tests = ['scripts/test.mjs', ...(chosen.length > 0 ? chosen : IN_PROCESS)];
const suite = ['scripts/conformance.mjs', ...chosen.slice(1)];
process.exit(await exitCode(process.execPath, isConformance ? suite : tests, there));
