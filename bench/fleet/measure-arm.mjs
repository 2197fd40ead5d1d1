/** One turn of an arm: saturated, then at a constant rate at which nothing queues. */
export async function measureArm({ target, processes }, redis, { seconds, inFlight, rate }) {
  const { speaker, listener } = processes;
  const ms = seconds * 1000;
  await redis.forgetCommands();
  const before = await cpuOf(processes, redis);
  await listener.ask({ do: 'reset' });
  const { sent, startedMicros } = await speaker.ask({ do: 'saturate', ...target, ms, inFlight });
  const saturated = await listener.ask({ do: 'all', expected: sent });
  const after = await cpuOf(processes, redis);
  const commands = await redis.commands();

  await listener.ask({ do: 'reset' });
  const paced = await speaker.ask({ do: 'pace', ...target, ms, rate });
  const { p50Ms, p99Ms } = await listener.ask({ do: 'all', expected: paced.sent });

  const perMessage = (count) => count / sent;
  return {
    perSecond: sent / ((saturated.lastMicros - startedMicros) / 1e6),
    p50Ms,
    p99Ms,
    commandsPerMessage: perMessage(Object.values(commands).reduce((sum, count) => sum + count, 0)),
    cpuMicros: mapValues(after, (micros, part) => perMessage(micros - before[part])),
  };
}

async function cpuOf(processes, redis) {
  const cpu = { redis: await redis.cpuMicros() };
  for (const [part, process] of Object.entries(processes)) cpu[part] = (await process.ask({ do: 'cpu' })).cpuMicros;
  return cpu;
}

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
