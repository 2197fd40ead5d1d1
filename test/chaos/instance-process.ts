import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const PROGRAM = fileURLToPath(new URL('./instance.mjs', import.meta.url));
const START_MS = 30_000;

export interface InstanceSettings {
  readonly redisPort: number;
  readonly prefix: string;
  readonly historyTtlMs?: number;
}

/** One process of the fleet and its proxied connection to Redis. */
export class InstanceProcess {
  /** @throws when the process does not start in time, with its output */
  static async start({ redisPort, prefix, historyTtlMs }: InstanceSettings): Promise<InstanceProcess> {
    const proxy = await TcpProxy.start(redisPort);
    const child = spawn(process.execPath, [PROGRAM], {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        CHAOS_REDIS: proxy.url,
        CHAOS_PREFIX: prefix,
        ...(historyTtlMs && { CHAOS_HISTORY_TTL_MS: String(historyTtlMs) }),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let output = '';
    child.stderr!.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-2000)));
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(`exit ${code ?? signal}: ${output}`));
    });
    const timeout = AbortSignal.timeout(START_MS);
    const [first] = await Promise.race([
      once(child, 'message', { signal: timeout }),
      ended.then((how) => Promise.reject(new Error(how))),
    ]).catch(async (error: unknown) => {
      child.kill('SIGKILL');
      await proxy.close();
      throw new Error(`An instance did not start. ${output}`, { cause: error });
    });
    return new InstanceProcess((first as { port: number }).port, proxy, child, ended);
  }

  private constructor(
    readonly port: number,
    readonly proxy: TcpProxy,
    private readonly child: ChildProcess,
    /** Resolves to a description of its end. */
    readonly ended: Promise<string>,
  ) {}

  /** Kills it without a shutdown. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    await this.proxy.close();
  }
}
