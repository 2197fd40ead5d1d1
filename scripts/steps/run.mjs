import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** Runs a command in the repository with inherited output. @returns whether it succeeded */
export const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options }).status === 0;

const running = new Set();
let interrupted = false;

/** Makes a signal end the children first and then this process, so that its `exit` handlers run last. */
export function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      interrupted = true;
      for (const child of running) child.kill(signal);
      if (running.size === 0) process.exit(1);
    });
  }
}

/** Like `succeeds`, but asynchronous. @returns the exit code; 1 for a signal, a timeout or an unknown command */
export const exitCode = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const ended = (code) => {
      running.delete(child);
      if (interrupted) process.exit(1);
      resolve(code ?? 1);
    };
    running.add(child);
    child.on('error', () => ended(1));
    child.on('close', ended);
  });

/** The path of an installed command. Asking npm for it would cost half a second each time. */
export const installed = (file) => join(ROOT, 'node_modules', file);

/** Prints one sentence and exits, because the stack trace of a script helps no one. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
