import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compiledSample } from '../steps/sample.mjs';

/** Longer than a sample takes to finish its running calls and to end its own processes. */
const STOP_MS = 20_000;

/** A sample as a process of its own, which can be started anew. */
export class RunningSample {
  #process;
  #stopping = false;
  /** Restarts wait for each other. */
  #turn = Promise.resolve();

  constructor(name, say) {
    this.name = name;
    this.say = say;
  }

  start() {
    const child = spawn(process.execPath, [compiledSample(this.name)], { stdio: ['ignore', 'inherit', 'inherit'] });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', (code, signal) => {
      process.off('exit', kill);
      if (this.#process === child && !this.#stopping) this.say(`${this.name} ended (${signal ?? code}).`);
    });
    this.#process = child;
  }

  /** Also where it has ended by itself. */
  restart() {
    this.#turn = this.#turn.then(async () => {
      if (this.#stopping) return;
      this.say(`starting ${this.name} anew…`);
      const old = this.#process;
      this.#process = undefined;
      await end(old);
      if (!this.#stopping) this.start();
    });
    return this.#turn;
  }

  /** For good. Resolves when its process is gone. */
  async stop() {
    this.#stopping = true;
    await this.#turn;
    await end(this.#process);
  }
}

async function end(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(timer);
}
