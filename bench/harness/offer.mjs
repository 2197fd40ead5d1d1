import { nowMicros } from './clock.mjs';

/** Sends as fast as possible with `inFlight` unanswered messages. `send(n)` resolves when the n-th is accepted. */
export async function saturate(send, { ms, inFlight }) {
  const startedMicros = nowMicros();
  const until = performance.now() + ms;
  let sent = 0;
  const worker = async () => {
    while (performance.now() < until) await send(sent++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { sent, startedMicros };
}

/** Sends `rate` messages a second at a constant pace, without waiting for their outcomes. */
export async function pace(send, { ms, rate }) {
  const started = performance.now();
  const running = [];
  let sent = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(performance.now() - started, ms);
      while (sent < (elapsed * rate) / 1000) running.push(send(sent++));
      if (elapsed < ms) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(running);
  return { sent };
}

/** 256 characters that begin with the stamp. */
export const payload = (stamp) => stamp.padEnd(256, 'x');
