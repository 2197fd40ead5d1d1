import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { modern } from './modern-request.mjs';

const START_MS = 60_000;
const END_MS = 5000;

/** Starts a program with a free `PORT`, and asks its tool for the weather. @returns whether it has answered */
export const answersCalls = (start, cwd) => answers(start, cwd, weatherOfOslo, /It is 9 °C in Oslo\b/);

/** Starts a program with a free `PORT`, and asks for its tools. @returns whether the list, as JSON, matches */
export const listsTools = (start, cwd, expected) =>
  answers(start, cwd, (port) => request(port, 'tools/list'), expected);

async function answers([command, ...args], cwd, ask, expected) {
  const port = await freePort();
  let printed = '';
  // A group of its own, because watchers and npx have children.
  const program = spawn(command, args, { cwd, detached: true, env: { ...process.env, PORT: String(port) } });
  const ended = new Promise((resolve) => program.once('close', resolve));
  for (const output of [program.stdout, program.stderr]) output.on('data', (text) => (printed += text));
  const answer = await untilAnswered(() => ask(port), program);
  signalGroup(program, 'SIGTERM');
  await Promise.race([ended, pause(END_MS, undefined, { ref: false })]);
  signalGroup(program, 'SIGKILL');
  const good = expected.test(answer ?? '');
  if (!good) process.stdout.write(`It answered ${answer}, and printed:\n${printed}\n`);
  return good;
}

function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

async function untilAnswered(ask, program) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && program.exitCode === null) {
    try {
      return await ask();
    } catch {
      await pause(100);
    }
  }
  return undefined;
}

const weatherOfOslo = (port) => request(port, 'tools/call', { name: 'weather', arguments: { city: 'Oslo' } });

/** @returns the body of the answer */
async function request(port, method, params) {
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', ...modern(method, params) });
  return response.text();
}
