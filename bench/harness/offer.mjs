import { nowMicros } from './clock.mjs';

/** Says as much as can be said with `inFlight` unanswered at a time. `say(n)` resolves when the n-th was accepted. */
export async function saturate(say, { ms, inFlight }) {
  const startedMicros = nowMicros();
  const until = performance.now() + ms;
  let said = 0;
  const lane = async () => {
    while (performance.now() < until) await say(said++);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { said, startedMicros };
}

/** Says `rate` messages a second, evenly, whatever becomes of them. */
export async function pace(say, { ms, rate }) {
  const started = performance.now();
  const running = [];
  let said = 0;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(performance.now() - started, ms);
      while (said < (elapsed * rate) / 1000) running.push(say(said++));
      if (elapsed < ms) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(running);
  return { said };
}

/** 256 characters, the first of them for the stamp. */
export const payload = (stamp) => stamp.padEnd(256, 'x');
