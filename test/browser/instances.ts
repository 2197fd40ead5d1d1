import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./instance.mjs', import.meta.url));
const START_MS = 30_000;

/** An instance with the page, as a process of its own. */
export class PagedInstance {
  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /** @param name what the page calls it */
  static async start(name: string, redisUrl: string): Promise<PagedInstance> {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, NODE_ENV: 'development', REDIS_URL: redisUrl, INSTANCE_NAME: name },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    const deadline = AbortSignal.timeout(START_MS);
    const [{ port }] = (await once(child, 'message', { signal: deadline })) as [{ port: number }];
    return new PagedInstance(name, port, child);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
