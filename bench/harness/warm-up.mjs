import { measure } from './measure.mjs';

/** Length of one turn, s. */
const TURN_SECONDS = 0.25;
/** A server is warm when so many turns in a row were no faster than the best one before them. */
const SETTLED_TURNS = 6;
/** What counts as faster; less is noise. */
const FASTER = 1.05;

/**
 * Loads a server until it gets no faster, because a server in production is warm. How long the compiler takes depends on
 * the server and on the machine: a fixed time measured half of them while they were still being compiled.
 *
 * @param mostSeconds after which it is taken as it is
 */
export async function warmUp(contender, client, mostSeconds) {
  let best = 0;
  let settled = 0;
  for (let spent = 0; spent < mostSeconds && settled < SETTLED_TURNS; spent += TURN_SECONDS) {
    const { perCpuSecond } = await measure(contender, client, TURN_SECONDS);
    settled = perCpuSecond > best * FASTER ? 0 : settled + 1;
    best = Math.max(best, perCpuSecond);
  }
}
