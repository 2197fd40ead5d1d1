import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';

const BENCH = new URL('../', import.meta.url);
const REPOSITORY = new URL('../../', import.meta.url);
const INSTALLED = new URL('node_modules/nestjs-mcp-fleet/', BENCH);

export function ensureInstalled() {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', BENCH), 'utf8'));
  if (Object.keys(dependencies).every((name) => existsSync(new URL(`node_modules/${name}`, BENCH)))) return;
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: BENCH, stdio: 'inherit' });
}

/**
 * Replaces the installed package by the current build. It is a copy, because a linked package would resolve the Nest of
 * the repository, and the application would run on two copies of Nest.
 */
export function refreshOwnPackage() {
  const build = new URL('dist/', REPOSITORY);
  if (!existsSync(build)) throw new Error('The package is not built yet: run `npm run build` in the repository first.');
  rmSync(new URL('dist', INSTALLED), { recursive: true, force: true });
  cpSync(build, new URL('dist', INSTALLED), { recursive: true });
  cpSync(new URL('package.json', REPOSITORY), new URL('package.json', INSTALLED));
}
