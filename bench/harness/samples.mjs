/**
 * The raw samples of one workload: `samples[entry][measure]` is a list with one number for each round, so that ratios can
 * be taken within rounds.
 */
export function add(samples, entry, measures) {
  const own = (samples[entry] ??= {});
  for (const [measure, value] of Object.entries(measures)) (own[measure] ??= []).push(significant(value));
}

/** Five digits are more than the measurements are worth, and keep the results small. */
const significant = (value) => Number(value.toPrecision(5));

/** Gives every contender its turn in every round, in a rotated order: none always runs after the same neighbour. */
export async function interleaved(contenders, rounds, turn) {
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < contenders.length; n++) await turn(contenders[(n + round) % contenders.length], round);
  }
}
