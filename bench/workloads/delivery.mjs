/** One message from an instance to a client of another one, beside the possible minimum. */
import { floorArm, fleetArm } from '../fleet/arms.mjs';
import { measureArm } from '../fleet/measure-arm.mjs';
import { add, interleaved } from '../harness/samples.mjs';

const SESSIONS = 100;
/** One turn is long enough for the 99th percentile at the constant rate. */
const SECONDS = 1.5;

export const delivery = {
  name: 'delivery',
  async run({ redis, options, step }) {
    const seconds = Math.min(SECONDS, options.seconds * 4);
    const arms = [await fleetArm(redis, SESSIONS), await floorArm(redis, SESSIONS)];
    const own = { seconds, inFlight: options.inFlightMessages, rate: options.rate };
    const samples = {};
    try {
      for (const arm of arms) await measureArm(arm, redis, own);
      await interleaved(arms, options.rounds, async (arm) => {
        step(arm.name);
        const { perSecond, p50Ms, p99Ms, commandsPerMessage, cpuMicros } = await measureArm(arm, redis, own);
        const cpu = Object.entries(cpuMicros).map(([part, micros]) => [`${part}Micros`, micros]);
        add(samples, arm.name, { perSecond, p50Ms, p99Ms, commandsPerMessage, ...Object.fromEntries(cpu) });
      });
    } finally {
      await Promise.all(arms.flatMap(({ processes }) => Object.values(processes)).map((process) => process.stop()));
    }
    return samples;
  },
};
