import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LineClient } from '../e2e/stdio/line-client.js';

export const QUICKSTART = ['build/sample/01-quickstart/main.js', '--stdio'];
export const NOISY = ['test/process/noisy-server.mjs'];

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** A stdio server process with a client on its pipes. */
export class StdioProcess {
  static readonly #started = new Set<StdioProcess>();
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly client: LineClient;
  #log = '';
  #askedAt = performance.now();
  readonly #exit: Promise<Omit<Exit, 'tookMs'>>;
  readonly #exitAt: Promise<number>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.client = new LineClient(this.child.stdin, this.child.stdout);
    // In some tests the server has already exited.
    this.child.stdin.on('error', () => {});
    this.child.stderr.on('data', (text: Buffer) => (this.#log += text.toString()));
    this.#exit = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
    this.#exitAt = new Promise((resolve) => this.child.once('exit', () => resolve(performance.now())));
    StdioProcess.#started.add(this);
  }

  /** For `afterEach`: ends what a failed test has left running. */
  static killAll(): void {
    for (const { child } of StdioProcess.#started) child.kill('SIGKILL');
    StdioProcess.#started.clear();
  }

  /** The text on stderr. */
  get log(): string {
    return this.#log;
  }

  /** Waits until stderr contains this text. */
  logged(text: string, patienceMs = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => finish(() => reject(new Error(`The log does not contain "${text}": ${this.#log}`)));
      const timer = setTimeout(late, patienceMs);
      const check = () => {
        if (this.#log.includes(text)) finish(resolve);
      };
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.child.stderr.off('data', check);
        act();
      };
      this.child.stderr.on('data', check);
      check();
    });
  }

  closeInput(): this {
    this.#askedAt = performance.now();
    this.child.stdin.end();
    return this;
  }

  signal(name: NodeJS.Signals = 'SIGTERM'): this {
    this.#askedAt = performance.now();
    this.child.kill(name);
    return this;
  }

  /** @returns the exit code, the signal and the time since the exit was requested */
  async exit(): Promise<Exit> {
    const { code, signal } = await this.#exit;
    return { code, signal, tookMs: (await this.#exitAt) - this.#askedAt };
  }
}
