import { spawnSync } from 'node:child_process';
import { succeeds } from './run.mjs';

const isThere = (command, version) => spawnSync(command, [version]).status === 0;

/**
 * Makes a command available, by its Debian package if we may install it.
 *
 * @param version the argument that makes the command print its version
 * @returns whether the command is available
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
