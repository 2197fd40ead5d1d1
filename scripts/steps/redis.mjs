import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { provideCommand } from './debian.mjs';
import { freePort } from './free-port.mjs';

const HOW = 'The tests start Redis servers of their own: install redis-server, version 7 or newer.';
const START_MS = 10_000;

/**
 * Provides a real Redis: the one of `REDIS_URL`, or a new one without persistence that ends with this process.
 *
 * @returns its URL
 */
export async function provideRedis() {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  if (!provideCommand('redis-server', 'redis-server')) throw new Error(HOW);
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', loglevel: 'warning' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => server.kill());
  await answers(port, server);
  return `redis://127.0.0.1:${port}`;
}

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
