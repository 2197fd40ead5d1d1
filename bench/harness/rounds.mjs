const CONNECTIONS = 32;

/** @param values the options of the command line: `rounds` and `seconds` */
export function roundsOf({ rounds, seconds }) {
  return {
    rounds: Number(rounds),
    seconds: Number(seconds),
    warmUpSeconds: 10,
    leadSeconds: 0.2,
    generations: Math.min(3, Number(rounds)),
    connections: CONNECTIONS,
  };
}
