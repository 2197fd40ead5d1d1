import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { compiledSample } from './sample.mjs';

const START_MS = 20_000;
const STOP_MS = 15_000;

/**
 * Starts `sample/everything`, by default on a free port.
 *
 * @param redisUrl of its fleet; without one it stays in memory, whatever REDIS_URL is in the environment
 * @param more variables of its environment
 * @returns its URL and functions that stop it
 */
export async function startEverything(adapter, logFile, redisUrl, port = 0, more = {}) {
  const { REDIS_URL: _, FLEET_TEST: __, ...inherited } = process.env;
  const env = { ...inherited, PORT: String(port), HOST: '127.0.0.1', HTTP_ADAPTER: adapter, NO_COLOR: '1', ...more };
  if (redisUrl) env.REDIS_URL = redisUrl;
  const server = spawn(process.execPath, [compiledSample('everything')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  const log = createWriteStream(logFile);
  for (const output of [server.stdout, server.stderr]) output.pipe(log, { end: false });
  const url = await announcedUrl(server, logFile).catch((error) => {
    kill();
    throw error;
  });
  const cut = async () => {
    kill();
    await once(server, 'exit');
  };
  return { url, cut, stop: () => stop(server) };
}

async function announcedUrl(server, logFile) {
  const timer = setTimeout(() => server.kill('SIGKILL'), START_MS);
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const url = /https?:\/\/\S+\/mcp/.exec(line)?.[0];
      if (url) return url;
    }
  } finally {
    clearTimeout(timer);
    // The loop above pauses the stream when it ends.
    server.stdout.resume();
  }
  throw new Error(`sample/everything exited before it printed its URL: see ${logFile}`);
}

/** @returns whether it exited without SIGKILL */
async function stop(server) {
  if (server.exitCode !== null || server.signalCode !== null) return false;
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
  server.kill('SIGTERM');
  const [, signal] = await once(server, 'exit');
  clearTimeout(timer);
  return signal !== 'SIGKILL';
}
