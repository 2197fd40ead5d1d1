/** The same work on more and more instances with one Redis: calls of sessions, and broadcasts to them. */
import { roomFor, startInstance } from '../fleet/arms.mjs';
import { StreamArm } from '../fleet/stream-arm.mjs';
import { forms } from '../forms.mjs';
import { startLoadClient } from '../harness/contest.mjs';
import { measure } from '../harness/measure.mjs';
import { add, interleaved } from '../harness/samples.mjs';
import { warmUp } from '../harness/warm-up.mjs';

const SESSIONS = 1000;

export const growthInstances = {
  name: 'growth-instances',
  async run({ redis, options, step }) {
    const { instanceCounts, rounds, seconds, connections, broadcasts } = options;
    const streams = Math.min(SESSIONS, options.sessions);
    const client = startLoadClient();
    const arms = [];
    const samples = {};
    try {
      for (const count of instanceCounts) {
        const name = String(count);
        step(`opening ${name}`);
        const own = { redisPrefix: `instances-${count}`, ...roomFor(streams + 100) };
        const holders = await Promise.all(Array.from({ length: count }, () => startInstance(redis, own)));
        const arm = await StreamArm.open({ name, streams, holders });
        arms.push(arm);
        arm.contender = {
          name,
          ports: holders.map(({ port }) => port),
          servers: holders.map(({ process }) => process),
          steps: [await forms['call-legacy'](holders[0].port)],
          connections,
        };
        const commands = await redis.commandsAbout('{:all}', () => arm.broadcastOnce());
        add(samples, name, { commandsPerBroadcast: commands });
        await warmUp(arm.contender, client, options.warmUpSeconds * count);
      }
      await interleaved(arms, rounds, async (arm) => {
        step(arm.name);
        const before = await redis.cpuMicros();
        const calls = await measure(arm.contender, client, seconds);
        const redisMicrosPerCall = ((await redis.cpuMicros()) - before) / calls.answered;
        const { perCpuSecond, lastAfterMs } = await arm.fanOut(broadcasts);
        add(samples, arm.name, { callsPerCpuSecond: calls.perCpuSecond, redisMicrosPerCall });
        add(samples, arm.name, { messagesPerCpuSecond: perCpuSecond, lastAfterMs });
      });
    } finally {
      await Promise.all([client, ...arms].map((one) => one.stop()));
    }
    return samples;
  },
};
