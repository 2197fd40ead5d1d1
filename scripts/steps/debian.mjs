import { spawnSync } from 'node:child_process';
import { succeeds } from './run.mjs';

const isThere = (command, version) => spawnSync(command, [version]).status === 0;

/**
 * Sees to it that there is a command, by Debian's package where we may install it.
 *
 * @param version the argument that makes the command say its version
 * @returns whether it is there
 */
export const provideCommand = (command, name, version = '--version') =>
  isThere(command, version) || (install(name) && isThere(command, version));

/** Run level 1 keeps a package from starting a server of its own. */
function install(name) {
  if (process.getuid?.() !== 0 || !isThere('apt-get', '--version')) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) => succeeds('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return apt('update') && apt('install', '-y', '--no-install-recommends', name);
}
