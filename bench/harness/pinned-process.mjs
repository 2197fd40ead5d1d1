import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Servers and the load client run on different cores if the machine supports pinning. */
export const SERVER_CORE = 1;
export const CLIENT_CORE = 0;

/**
 * A server that waits for its turn is not under load. After some 100 s, V8 would collect the garbage of such a server
 * three times in a row, and with the maps of objects that are gone all optimised code that knows of them: its next turns
 * are four times as slow, until it is compiled again. A server in production does not wait.
 */
const UNDER_LOAD = '--no-memory-reducer';

const canPin = availableParallelism() > 1 && hasTaskset();

/** A Node process with an IPC channel that handles one request at a time. */
export class PinnedProcess {
  /**
   * @param url its query becomes the first argument of the program
   * @param core undefined does not pin it
   * @param node flags of Node
   * @param env additional variables
   */
  constructor(url, core, { node = [], env = {} } = {}) {
    const program = [process.execPath, UNDER_LOAD, ...node, fileURLToPath(url), new URL(url).search];
    const [command, ...args] = canPin && core !== undefined ? ['taskset', '-c', String(core), ...program] : program;
    this.child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    });
    this.errors = '';
    this.child.stderr.on('data', (text) => (this.errors += text));
    this.gone = once(this.child, 'exit').then(([code]) => {
      throw new Error(`${url} ended with code ${code}\n${this.errors.slice(-2000)}`);
    });
    // There may be no other handler when the process is stopped on purpose.
    this.gone.catch(() => {});
  }

  /** Resolves to the next message of the process; rejects if the process ends first. */
  async receive() {
    const [message] = await Promise.race([once(this.child, 'message'), this.gone]);
    return message;
  }

  /** Pins all its threads. A process that is pinned only now can start beside others on all cores. */
  pin(core) {
    if (canPin) execFileSync('taskset', ['-acp', String(core), String(this.child.pid)], { stdio: 'ignore' });
  }

  ask(message) {
    const answer = this.receive();
    this.child.send(message);
    return answer;
  }

  async stop() {
    this.child.kill();
    await this.gone.catch(() => {});
  }
}

function hasTaskset() {
  try {
    execFileSync('taskset', ['-c', String(SERVER_CORE), 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
