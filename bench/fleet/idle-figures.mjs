import { round } from '../harness/statistics.mjs';

/** The commands by which the two scripts of an idle stream are known: no other one uses them then. */
const SELF_CHECK = 'exists';
const SIGN_OF_LIFE = 'pttl';
const DEFAULT_TTL_SECONDS = 3600;

/** Commands of one self-check: EVALSHA and what `tail` does for a quiet stream (EXISTS, TIME, HGET). */
const PER_SELF_CHECK = 4;

/**
 * Commands a second while nothing happens, and how many of them there would be with the default idle TTL: open streams
 * give their signs of life at a third of it, and it is short here only so that the end can be seen.
 */
export function idleFigures(commands, seconds, ttlSeconds) {
  const perSecond = (count = 0) => round(count / seconds, 1);
  const all = Object.values(commands).reduce((sum, count) => sum + count, 0);
  const selfChecks = commands[SELF_CHECK] ?? 0;
  const forSelfChecks = selfChecks * PER_SELF_CHECK;
  const atDefaultTtl = forSelfChecks + ((all - forSelfChecks) * ttlSeconds) / DEFAULT_TTL_SECONDS;
  return {
    commandsPerSecond: perSecond(all),
    selfChecksPerSecond: perSecond(selfChecks),
    signsOfLifePerSecond: perSecond(commands[SIGN_OF_LIFE]),
    commandsPerSecondAtDefaultTtl: perSecond(atDefaultTtl),
    byCommand: Object.fromEntries(Object.entries(commands).map(([name, count]) => [name, perSecond(count)])),
  };
}
