import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const START_MS = 20_000;
/** Must be longer than an instance waits for its running calls. */
const STOP_MS = 15_000;
const RESTART_MS = 300;

/** One process with the application. It is restarted on another port when it dies. */
class Instance {
  port = 0;
  /** Requests counted by the balancer, across restarts. */
  served = 0;
  /** Whether it accepts requests. */
  isUp = false;
  #child: ChildProcess | undefined;
  #closing = false;

  constructor(
    readonly id: string,
    private readonly redisUrl: string,
    private readonly print: (line: string) => void,
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const env = { ...process.env, REDIS_URL: this.redisUrl, INSTANCE_ID: this.id, PORT: '0', HOST: '127.0.0.1' };
    // In its own process group: Ctrl+C reaches only the parent, which ends the children in order.
    const child = fork(MAIN, ['--instance'], { env, detached: true });
    this.#child = child;
    const failed = new AbortController();
    child.once('exit', (code, signal) => {
      failed.abort();
      void this.#exited(signal ?? code);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const [port] = (await once(child, 'message', { signal: failed.signal })
      .catch(() => Promise.reject(new Error(`The instance ${this.id} did not start.`)))
      .finally(() => clearTimeout(timer))) as [number];
    this.port = port;
    this.isUp = true;
  }

  /** Kills it without a shutdown, as when the machine is lost. */
  kill(): void {
    this.isUp = false;
    this.#child?.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.#closing = true;
    // An instance that is still starting has nothing to drain.
    if (!this.isUp) this.kill();
    await end(this.#child);
  }

  async #exited(reason: string | number | null): Promise<void> {
    this.isUp = false;
    if (this.#closing) return;
    this.print(`${this.id} is gone (${reason}).`);
    await pause(RESTART_MS);
    if (this.#closing) return;
    await this.start().then(
      () => this.print(`${this.id} is back, process ${this.pid}.`),
      // A failed start also ends the process, so this method runs again.
      () => undefined,
    );
  }
}

/** Instances of one application on one Redis, all of them child processes. */
export class Fleet {
  /** @throws {Error} with a readable message when Redis is not available */
  static async start(ids: readonly string[], print: (line: string) => void): Promise<Fleet> {
    const redis = process.env.REDIS_URL ? undefined : await startRedis();
    const url = redis?.url ?? process.env.REDIS_URL!;
    const instances = ids.map((id) => new Instance(id, url, print));
    const fleet = new Fleet(instances, redis?.process, redis?.url);
    process.once('exit', () => fleet.#abandon());
    await Promise.all(instances.map((instance) => instance.start()));
    return fleet;
  }

  private constructor(
    readonly instances: readonly Instance[],
    private readonly redis: ChildProcess | undefined,
    /** The URL of the Redis that was started for this fleet. */
    readonly ownRedisUrl: string | undefined,
  ) {}

  /** Stops Redis last, because the instances use it until their end. */
  async close(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.close()));
    await end(this.redis);
  }

  /** Kills the children at the exit of this process: Redis would not notice it. */
  #abandon(): void {
    for (const instance of this.instances) instance.kill();
    this.redis?.kill();
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(timer);
}

/** Starts a Redis whose data is deleted at the exit of this process. */
async function startRedis(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bell-tower-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await once(server, 'spawn').catch(() => {
    throw new Error('This sample needs Redis: install redis-server (version 7 or newer), or set REDIS_URL.');
  });
  for await (const line of createInterface({ input: server.stdout })) {
    if (!line.includes('Ready to accept connections')) continue;
    server.stdout.resume();
    return { url: `redis://127.0.0.1:${port}`, process: server };
  }
  throw new Error('redis-server ended before it was ready.');
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
