import { CLIENT_CORE, PinnedProcess, SERVER_CORE } from './pinned-process.mjs';
import { interleaved } from './samples.mjs';

const LOAD_CLIENT = new URL('load-client.mjs', import.meta.url).href;

export const startLoadClient = () => new PinnedProcess(LOAD_CLIENT, CLIENT_CORE);

/**
 * Measures every entry in every round, one at a time, so that other load of the machine affects all of them equally.
 * The servers idle between their turns; they are started afresh for each generation of rounds, because two starts of
 * the same program may be optimised differently.
 *
 * An entry is `{ name, server, prepare(port), connections }`: the URL of its server's file, a function that checks the
 * server's answer and returns the request, or the cycle of requests, to load it with, and over how many sockets (the
 * number of the options).
 */
export async function contest(entries, options, onSample = () => {}) {
  const samples = new Map(entries.map(({ name }) => [name, []]));
  const roundsLeft = Array.from({ length: options.generations }, (_, index) =>
    Math.floor((options.rounds + index) / options.generations),
  );
  for (const rounds of roundsLeft) {
    await withServers(entries, options, async (contenders, client) => {
      await warmUp(contenders, client, options);
      await interleaved(contenders, rounds, async (contender) => {
        const sample = await measure(contender, client, options.seconds);
        samples.get(contender.name).push(sample);
        onSample(contender.name, sample);
      });
    });
  }
  return samples;
}

/** Most of what a server does is the same for its first request and for those of another form. */
async function warmUp(contenders, client, { warmUpSeconds, warmUpAgainSeconds }) {
  const warm = new Set();
  for (const contender of contenders) {
    const [server] = contender.servers;
    await measure(contender, client, warm.has(server) ? warmUpAgainSeconds : warmUpSeconds);
    warm.add(server);
  }
}

async function withServers(entries, options, use) {
  const urls = [...new Set(entries.map(({ server }) => server))];
  const servers = new Map(urls.map((url) => [url, new PinnedProcess(url)]));
  const client = startLoadClient();
  try {
    const ports = new Map();
    const ready = [...servers].map(async ([url, server]) => ports.set(url, (await server.receive()).port));
    await Promise.all(ready);
    for (const server of servers.values()) server.pin(SERVER_CORE);
    const contenders = [];
    for (const { name, server, prepare, connections = options.connections } of entries) {
      const port = ports.get(server);
      const steps = [await prepare(port)].flat();
      contenders.push({ name, ports: [port], servers: [servers.get(server)], steps, connections });
    }
    await use(contenders, client);
  } finally {
    await Promise.all([client, ...servers.values()].map((process) => process.stop()));
  }
}

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
