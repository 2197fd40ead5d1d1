/** Messages to all open streams: their cost, and what they cost while nothing is sent. */
import { roomFor, startInstance, startRawStreams, startSdkStreams } from '../fleet/arms.mjs';
import { StreamArm } from '../fleet/stream-arm.mjs';
import { add, interleaved } from '../harness/samples.mjs';

const KINDS = ['get', 'listen'];

export const fanOut = {
  name: 'fan-out',
  async run({ redis, options, step }) {
    const { streams, rounds, broadcasts } = options;
    const starts = {
      raw: startRawStreams,
      fleet: () => startInstance(undefined, roomFor(streams)),
      'fleet-redis': (kind) => startInstance(redis, { redisPrefix: `fan-out-${kind}`, ...roomFor(streams) }),
      sdk: startSdkStreams,
    };
    const arms = [];
    const samples = {};
    try {
      for (const [target, start] of Object.entries(starts)) {
        for (const kind of KINDS) {
          const name = `${kind} ${target}`;
          step(`opening ${name}`);
          const arm = await StreamArm.open({ name, kind, streams, holders: [await start(kind)] });
          arms.push(arm);
          add(samples, name, arm.memory);
        }
      }
      for (const arm of arms) await arm.fanOut(2 * broadcasts);
      await interleaved(arms, rounds, async (arm) => {
        step(arm.name);
        add(samples, arm.name, await arm.fanOut(broadcasts));
      });
    } finally {
      await Promise.all(arms.map((arm) => arm.stop()));
    }
    return samples;
  },
};
