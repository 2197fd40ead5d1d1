import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from '../steps/root.mjs';
import { fail, installed } from '../steps/run.mjs';

const STARTS = /(Starting compilation in watch mode|Starting incremental compilation)/;
const ENDS = /Found (\d+) errors?\. Watching for file changes\.$/;

/** The TypeScript compiler, which compiles a project again whenever one of its files changes. Shows errors only. */
export class Compiler {
  /** Whether its last compilation did; not while it compiles. */
  succeeded = false;
  #events = new EventEmitter();
  #process;

  constructor(config) {
    const args = [
      installed('typescript/bin/tsc'),
      '-p',
      config,
      '--watch',
      '--preserveWatchOutput',
      '--pretty',
      'false',
    ];
    this.#process = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = () => this.stop();
    process.once('exit', kill);
    this.#process.once('exit', (code) => {
      process.off('exit', kill);
      if (code) fail(`The compiler ended with the exit code ${code}.`);
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#read(line));
  }

  firstSuccess() {
    return once(this.#events, 'success');
  }

  onSuccess(listener) {
    this.#events.on('success', listener);
  }

  stop() {
    this.#process.kill();
  }

  #read(line) {
    const errors = ENDS.exec(line)?.[1];
    if (errors !== undefined) {
      this.succeeded = errors === '0';
      if (this.succeeded) this.#events.emit('success');
      else process.stderr.write(`${line}\n`);
    } else if (STARTS.test(line)) {
      this.succeeded = false;
    } else if (line !== '') {
      process.stderr.write(`${line}\n`);
    }
  }
}
