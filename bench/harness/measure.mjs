/** Loads the servers of one contender for some time. @returns its answers, and the CPU time of its servers */
export async function measure({ name, ports, servers, steps, connections }, client, seconds) {
  await client.ask({ do: 'open', ports, count: connections, steps });
  const before = await cpuMicros(servers);
  const started = performance.now();
  const { answered, refused, example } = await client.ask({ do: 'run', ms: seconds * 1000 });
  const wallSeconds = (performance.now() - started) / 1000;
  const after = await cpuMicros(servers);
  await client.ask({ do: 'close' });
  if (refused > 0) throw new Error(`${name}: ${refused} of ${answered} answers were not right, such as\n${example}`);
  const cpuSeconds = (after - before) / 1e6;
  return { perCpuSecond: answered / cpuSeconds, answered, cpuSeconds, wallSeconds };
}

async function cpuMicros(servers) {
  let sum = 0;
  for (const server of servers) sum += (await server.ask({ do: 'cpu' })).cpuMicros;
  return sum;
}
