const CONNECTIONS = 32;

/** @param values the options of the command line: `rounds`, `seconds` and, where there is one, `smoke` */
export function roundsOf({ rounds, seconds, smoke = false }) {
  if (smoke) return { rounds: 2, seconds: 0.3, warmUpSeconds: 0, generations: 1, connections: CONNECTIONS };
  return {
    rounds: Number(rounds),
    seconds: Number(seconds),
    warmUpSeconds: 2,
    generations: Math.min(3, Number(rounds)),
    connections: CONNECTIONS,
  };
}
