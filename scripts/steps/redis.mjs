import { spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { succeeds } from './run.mjs';

const HOW =
  'The tests need a Redis server: install redis-server (version 7 or newer), or set REDIS_URL to one that may be flushed.';
const START_MS = 10_000;

/**
 * A real Redis: the one of `REDIS_URL`, else one of our own, that keeps nothing and ends with this process.
 *
 * @returns its URL
 */
export async function provideRedis() {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  if (!isThere() && !install()) throw new Error(HOW);
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', loglevel: 'warning' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => server.kill());
  await answers(port, server);
  return `redis://127.0.0.1:${port}`;
}

const isThere = () => spawnSync('redis-server', ['--version']).status === 0;

/** Debian's package, where we may. Run level 1 keeps it from starting a server of its own. */
function install() {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args) => succeeds('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return apt('update') && apt('install', '-y', '--no-install-recommends', 'redis-server') && isThere();
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

async function answers(port, server) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    if (await ping(port)) return;
    await pause(50);
  }
  throw new Error('The Redis server for the tests did not start.');
}

const ping = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(false));
  });
