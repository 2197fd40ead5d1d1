import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '../fixtures/redis-server.js';
import { TcpProxy } from '../fixtures/tcp-proxy.js';

const PROGRAM = fileURLToPath(new URL('./instance.mjs', import.meta.url));
const START_MS = 20_000;

/** One place of the fleet: a process that is made anew whenever it was killed, and its line to Redis. */
class Instance {
  /** Of the process that runs now; none while there is no such process. */
  port: number | undefined;
  kills = 0;
  /** How processes ended that nobody had killed. */
  readonly crashes: string[] = [];
  #child: ChildProcess | undefined;
  #closed = false;

  constructor(
    readonly proxy: TcpProxy,
    private readonly prefix: string,
  ) {}

  /** @throws when the process does not come up in time; one that was killed meanwhile is followed by another one */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, NODE_ENV: 'production', CHAOS_REDIS: this.proxy.url, CHAOS_PREFIX: this.prefix },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    let said = '';
    child.stderr!.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)));
    child.once('exit', (code) => {
      if (this.#child !== child) return;
      this.port = undefined;
      if (!child.killed) this.crashes.push(`exit ${code}: ${said}`);
      if (!this.#closed) this.start().catch((error: Error) => this.crashes.push(error.message));
    });
    const patience = AbortSignal.timeout(START_MS);
    const exited = once(child, 'exit', { signal: patience });
    exited.catch(() => undefined);
    const first = await Promise.race([once(child, 'message', { signal: patience }), exited]);
    const port = (first[0] as { port?: number } | null)?.port;
    if (port !== undefined && this.#child === child && child.exitCode === null && !child.killed) this.port = port;
  }

  /** Without a good-bye; a new process follows at once. */
  kill(): void {
    this.port = undefined;
    if (this.#child?.kill('SIGKILL')) this.kills++;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await this.proxy.close();
  }
}

/** A Redis and some instances, each with a line to it that can be cut. Ends only what it has started. */
export class Instances {
  static async start(count: number, prefix: string): Promise<Instances> {
    const redis = await RedisServer.start();
    const proxies = await Promise.all(Array.from({ length: count }, () => TcpProxy.start(redis.port)));
    const fleet = new Instances(
      redis,
      proxies.map((proxy) => new Instance(proxy, prefix)),
    );
    await Promise.all(fleet.all.map((instance) => instance.start())).catch(async (error: unknown) => {
      const said = fleet.crashes.join('\n');
      await fleet.close();
      throw new Error(`The fleet did not start. ${said}`, { cause: error });
    });
    return fleet;
  }

  private constructor(
    readonly redis: RedisServer,
    readonly all: readonly Instance[],
  ) {}

  /** Of the instances that run. */
  get ports(): number[] {
    return this.all.map(({ port }) => port).filter((port) => port !== undefined);
  }
  get crashes(): string[] {
    return this.all.flatMap(({ crashes }) => crashes);
  }
  get kills(): number {
    return this.all.reduce((sum, { kills }) => sum + kills, 0);
  }
  /** Connections to Redis that were reset. */
  get cuts(): number {
    return this.all.reduce((sum, { proxy }) => sum + proxy.cuts, 0);
  }

  at(target: number): Instance {
    return this.all[target % this.all.length]!;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((instance) => instance.close()));
    await this.redis.dispose();
  }
}
