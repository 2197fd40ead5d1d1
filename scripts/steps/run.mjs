import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** Runs a command in the repository and shows what it says. @returns whether it succeeded */
export const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options }).status === 0;

const running = new Set();
let interrupted = false;

/** From here on a signal ends our children first and us after them, so that `exit` handlers have the last word. */
export function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      interrupted = true;
      for (const child of running) child.kill(signal);
      if (running.size === 0) process.exit(1);
    });
  }
}

/** Like `succeeds`, without blocking this process. @returns the exit code; 1 for a signal, a time-out or no such command */
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

/** The file of an installed command. Asking npm for it costs half a second each time. */
export const installed = (file) => join(ROOT, 'node_modules', file);

/** Says in one sentence what is wrong and ends: a stack trace of a script helps nobody. */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
