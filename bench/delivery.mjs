/** Compares the cost of a message from one instance to a client of another with the possible minimum. See README.md. */
import { parseArgs } from 'node:util';
import { floorArm, fleetArm } from './fleet/arms.mjs';
import { measureArm } from './fleet/measure-arm.mjs';
import { conditions } from './harness/conditions.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { RedisProcess } from './harness/redis-process.mjs';
import { writeResults } from './harness/results.mjs';
import { median, round } from './harness/statistics.mjs';
import { printColumns } from './harness/report.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1.5' },
    sessions: { type: 'string', default: '100,1' },
    'in-flight': { type: 'string', default: '1024' },
    rate: { type: 'string', default: '1000' },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = {
  rounds: values.smoke ? 1 : Number(values.rounds),
  seconds: values.smoke ? 0.3 : Number(values.seconds),
  warmUpRounds: values.smoke ? 0 : 1,
  sessions: values.sessions.split(',').map(Number),
  inFlight: Number(values['in-flight']),
  rate: Number(values.rate),
};

ensureInstalled();
refreshOwnPackage();
const redis = await RedisProcess.start();
const samples = {};
const arms = [];
try {
  for (const count of options.sessions) arms.push(await fleetArm(redis, count), await floorArm(redis, count));
  for (let round = -options.warmUpRounds; round < options.rounds; round++) {
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(turn + round + arms.length) % arms.length];
      const sample = await measureArm(arm, redis, options);
      if (round >= 0) (samples[arm.name] ??= []).push(sample);
    }
  }
} finally {
  await Promise.all(arms.flatMap(({ processes }) => Object.values(processes)).map((process) => process.stop()));
  await redis.stop();
}

const summary = options.sessions.flatMap((count) =>
  ['fleet', 'floor'].map((kind) => row(`${kind} ${count}`, samples[`floor ${count}`])),
);
printColumns('Messages from one instance to the clients of another, through Redis', summary);
writeResults(values.out, { ...conditions(options), summary, samples });

function row(name, floor) {
  const own = samples[name];
  const middle = (read, digits) => round(median(own.map(read)), digits);
  return {
    name,
    perSecond: middle(({ perSecond }) => perSecond, 0),
    'to floor': middle(({ perSecond }, index) => perSecond / floor[index].perSecond, 2),
    p50Ms: middle(({ p50Ms }) => p50Ms, 2),
    p99Ms: middle(({ p99Ms }) => p99Ms, 2),
    commands: middle(({ commandsPerMessage }) => commandsPerMessage, 2),
    ...Object.fromEntries(
      Object.keys(own[0].cpuMicros).map((part) => [`${part} µs`, middle(({ cpuMicros }) => cpuMicros[part], 1)]),
    ),
  };
}
