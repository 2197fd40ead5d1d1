import { round } from '../harness/statistics.mjs';

/** Commands that identify the two scripts of an idle stream: no other script uses them while idle. */
const SELF_CHECK = 'exists';
const HEARTBEAT = 'pttl';
export const DEFAULT_TTL_SECONDS = 3600;

/** Commands of one self-check: EVALSHA and those of the read script for a quiet stream (EXISTS, TIME, HGET). */
const PER_SELF_CHECK = 4;

/**
 * Commands a second while idle, and the number of them with the default idle TTL: open streams send heartbeats at a
 * third of the TTL, which is short here only so that the expiry can be measured.
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
    heartbeatsPerSecond: perSecond(commands[HEARTBEAT]),
    commandsPerSecondAtDefaultTtl: perSecond(atDefaultTtl),
  };
}
