import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('instance.mjs', import.meta.url));
const HEAP_MB = 400;
const START_MS = 30_000;
const SAMPLE_MS = 100;

/** The process that is attacked. It has little memory, so that whatever is held without a limit ends it. */
export class Attacked {
  /** The most memory that the process had at any time, bytes. */
  maxRssBytes = 0;
  #sampling;

  /**
   * @param adapter `fastify` or `express`
   * @param options of the module
   * @param program another file, which another build of the package resolves beside itself
   */
  static async start(adapter, options, program = PROGRAM) {
    const child = fork(program, {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, '--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production', ATTACKED: JSON.stringify({ adapter, options }) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const attacked = new Attacked(child);
    const [first] = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_MS) }),
      attacked.exited.then(() => Promise.reject(new Error(`The instance did not start: ${attacked.stderr}`))),
    ]);
    attacked.port = first.port;
    return attacked;
  }

  constructor(child) {
    this.child = child;
    this.exited = once(child, 'exit');
    this.stderr = '';
    child.stderr.on('data', (text) => (this.stderr = (this.stderr + text).slice(-5000)));
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => {
      process.off('exit', end);
      clearInterval(this.#sampling);
    });
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  get isAlive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Bytes that are held after a collection, and what is open. @returns `undefined` when the process is dead */
  async memory() {
    if (!this.isAlive) return undefined;
    const reply = once(this.child, 'message');
    this.child.send('memory');
    return (await Promise.race([reply, this.exited.then(() => [undefined])]))[0];
  }

  async stop() {
    clearInterval(this.#sampling);
    if (!this.isAlive) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Linux alone tells the memory of another process without starting a program, which would disturb the measurement. */
  #sample() {
    const file = `/proc/${this.child.pid}/status`;
    if (!existsSync(file)) return;
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'));
    if (peak) this.maxRssBytes = Math.max(this.maxRssBytes, Number(peak[1]) * 1024);
  }
}
