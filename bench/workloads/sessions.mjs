/** What open sessions cost: a fleet of two instances with all of them, and calls while more and more are open. */
import { roomFor, startInstance } from '../fleet/arms.mjs';
import { Crowd } from '../fleet/crowd.mjs';
import { requireOpenFiles } from '../fleet/open-files.mjs';
import { StreamArm } from '../fleet/stream-arm.mjs';
import { forms } from '../forms.mjs';
import { startLoadClient } from '../harness/contest.mjs';
import { measure } from '../harness/measure.mjs';
import { add, interleaved } from '../harness/samples.mjs';
import { warmUp } from '../harness/warm-up.mjs';

/** The sessions of both instances are released afterwards, and the run fails if anything of them is left. */
export const sessions = {
  name: 'sessions',
  async run({ redis, options, step }) {
    requireOpenFiles(options.sessions / 2 + 500);
    const crowd = await Crowd.start(redis, options);
    const report = {};
    const steps = ['initial', 'opened', 'perSession', 'idle', 'broadcast'];
    if (options.ttlSeconds > 0) steps.push('disconnected', 'expired');
    try {
      for (const name of steps) {
        step(name);
        report[name] = await crowd[name]();
      }
    } finally {
      await crowd.stop();
    }
    const left = report.expired ? crowd.leftBehind(report) : [];
    if (left.length > 0) throw new Error(`Not released: ${left.join(', ')}`);
    return samplesOf(report);
  },
};

function samplesOf({ opened, perSession, idle, broadcast, expired }) {
  const samples = {};
  add(samples, 'two instances', { opened: opened.perSecond, ...perSession, ...idle });
  if (expired) add(samples, 'two instances', { goneAfterSeconds: expired.goneAfterSeconds });
  add(samples, 'broadcast', { commands: broadcast.commands });
  for (const lastAfterMs of broadcast.allMs) add(samples, 'broadcast', { lastAfterMs });
  return samples;
}

export const growthSessions = {
  name: 'growth-sessions',
  async run({ redis, options, step }) {
    const { sessionCounts, rounds, seconds, connections, broadcasts } = options;
    const client = startLoadClient();
    const arms = [];
    const samples = {};
    try {
      for (const [where, backend] of Object.entries({ memory: undefined, redis })) {
        for (const streams of sessionCounts) {
          const name = `${where} ${streams}`;
          step(`opening ${name}`);
          const own = { redisPrefix: `growth-${streams}`, ...roomFor(streams + 100) };
          const holder = await startInstance(backend, own);
          const arm = await StreamArm.open({ name, streams, holders: [holder] });
          arms.push(arm);
          const steps = [await forms['call-legacy'](holder.port)];
          arm.contender = { name, ports: [holder.port], servers: [holder.process], steps, connections };
          add(samples, name, arm.memory);
          await warmUp(arm.contender, client, options.warmUpSeconds);
        }
      }
      await interleaved(arms, rounds, async (arm) => {
        step(arm.name);
        const calls = await measure(arm.contender, client, seconds);
        const { perCpuSecond, lastAfterMs } = await arm.fanOut(broadcasts);
        add(samples, arm.name, {
          callsPerCpuSecond: calls.perCpuSecond,
          messagesPerCpuSecond: perCpuSecond,
          lastAfterMs,
        });
      });
    } finally {
      await Promise.all([client, ...arms].map((one) => one.stop()));
    }
    return samples;
  },
};
