import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ARMS } from './arms.mjs';
import { Attacked } from './attacked.mjs';
import { Bystander } from './bystander.mjs';

const ATTACKER = fileURLToPath(new URL('attacker.mjs', import.meta.url));
const MIB = 1024 * 1024;

/** What has to hold whatever one client does. */
export const BOUNDS = {
  maxRssBytes: 700_000_000,
  maxWaitMs: 1000,
  /** More than before the attack, bytes; buffers and caches of the process itself. */
  leftBytes: 16 * MIB,
  leftWithinMs: 60_000,
};

const IDLE_MS = 2000;
/** An attacker that has not ended by itself this long after its time is ended, ms. */
const ATTACKER_GRACE_MS = 5000;
/** The same for an arm that prepares something. */
const PREPARATION_MS = 120_000;

/**
 * Runs one arm on one adapter: one attacker, one bystander, one instance.
 *
 * @returns the figures, and `problems`, which is empty when everything held
 */
export async function runArm(arm, { adapter, seconds, options = {}, redis, program }) {
  const instance = await Attacked.start(adapter, { ...options, ...(redis && { redis }) }, program);
  const bystander = new Bystander(instance.port);
  try {
    bystander.start();
    await pause(IDLE_MS / 2);
    await bystander.stop();
    const before = await instance.memory();
    bystander.start();
    await pause(IDLE_MS);
    const idle = await bystander.stop();
    const order = { arm, port: instance.port, seconds, redis };
    const { report, crashed } = await attack(
      order,
      instance,
      () => bystander.start(),
      () => bystander.stop(),
    );
    const during = await bystander.stop();
    const after = await settle(instance, before.held);
    const figures = {
      arm,
      adapter,
      alive: instance.isAlive,
      maxRssMb: Math.round(instance.maxRssBytes / 1e6),
      idleWorstMs: idle.worstMs,
      ...during,
      failures: during.failures.length,
      heldBeforeMib: inMib(before.held),
      heldAfterMib: after.held === undefined ? undefined : inMib(after.held),
      backAfterSeconds: after.seconds,
      ...report,
    };
    const problems = problemsOf(figures, during.failures, instance, after);
    if (crashed) problems.push('the attacker itself crashed, so that it did less than it should');
    return { ...figures, problems };
  } finally {
    bystander.close();
    await instance.stop();
  }
}

/**
 * Lets one attacker do its worst.
 *
 * @param over called when the attacker has more to do that is not measured
 * @returns what it sent and was answered, and whether it ended by a fault of its own
 */
async function attack(order, instance, begun, over) {
  const child = fork(ATTACKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let report = {};
  // An arm that has to prepare something says when it is ready.
  const prepares = order.arm === 'listeners';
  child.on('message', (message) => {
    if (message === 'ready') begun();
    else if (message === 'over') void over().then(() => child.send('leave'));
    else report = message;
  });
  child.send(order);
  if (!prepares) begun();
  const graceMs = prepares ? PREPARATION_MS : ATTACKER_GRACE_MS;
  const timer = setTimeout(end, order.seconds * 1000 + graceMs);
  instance.child.once('exit', end);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  clearTimeout(timer);
  process.off('exit', end);
  instance.child.off('exit', end);
  return { report, crashed: child.exitCode !== null && child.exitCode !== 0 };
}

/** Waits until the memory is what it was. */
async function settle(instance, before) {
  const since = performance.now();
  for (;;) {
    const memory = await instance.memory();
    const seconds = Math.round((performance.now() - since) / 100) / 10;
    if (memory === undefined) return { held: undefined, seconds };
    const isBack = memory.held <= before + BOUNDS.leftBytes;
    if (isBack || performance.now() - since > BOUNDS.leftWithinMs) return { ...memory, isBack, seconds };
    await pause(1000);
  }
}

function problemsOf(figures, failures, instance, after) {
  if (!figures.alive) return [`the process ended${causeIn(instance.stderr)}`];
  const problems = [];
  if (instance.maxRssBytes >= BOUNDS.maxRssBytes) problems.push(`${figures.maxRssMb} MB of memory`);
  const { maxWaitMs = BOUNDS.maxWaitMs, maxToldMs } = ARMS[figures.arm];
  if (maxToldMs !== undefined && !(figures.toldWithinMs <= maxToldMs)) {
    problems.push(`not everybody was told within ${maxToldMs} ms: ${figures.toldWithinMs} ms`);
  }
  if (figures.worstMs > maxWaitMs) problems.push(`a plain call waited ${figures.worstMs} ms`);
  if (failures.length > 0) problems.push(`${failures.length} plain calls failed, the first with ${failures[0]}`);
  if (!after.isBack) problems.push(`${figures.heldAfterMib} MiB are still held, ${JSON.stringify(after.open)}`);
  return problems;
}

const inMib = (bytes) => Math.round((bytes / MIB) * 10) / 10;

/** Node prints the stack of V8 after its reason. */
const causeIn = (stderr) => {
  const reason = /FATAL ERROR: (.*)/.exec(stderr)?.[1];
  return reason ? `: ${reason}` : '';
};
