import { CLIENT_CORE, PinnedProcess, SERVER_CORE } from './pinned-process.mjs';

const LOAD_CLIENT = new URL('load-client.mjs', import.meta.url).href;

/**
 * Measures every entry in every round, one at a time, so that other load of the machine affects all of them equally.
 * The servers idle between their turns; they are started afresh for each generation of rounds, because two starts of
 * the same program may be optimised differently.
 *
 * An entry is `{ name, server, prepare(port) }`: the URL of its server's file, and a function that checks the server's
 * answer and returns the request to load it with.
 */
export async function contest(entries, options, onSample = () => {}) {
  const samples = new Map(entries.map(({ name }) => [name, []]));
  const roundsLeft = Array.from({ length: options.generations }, (_, index) =>
    Math.floor((options.rounds + index) / options.generations),
  );
  for (const rounds of roundsLeft) {
    await withServers(entries, async (contenders, client) => {
      for (const contender of contenders) await measure(contender, client, options.warmUpSeconds, options);
      for (let round = 0; round < rounds; round++) {
        for (const contender of rotated(contenders, round)) {
          const sample = await measure(contender, client, options.seconds, options);
          samples.get(contender.name).push(sample);
          onSample(contender.name, sample);
        }
      }
    });
  }
  return samples;
}

async function withServers(entries, use) {
  const urls = [...new Set(entries.map(({ server }) => server))];
  const servers = new Map(urls.map((url) => [url, new PinnedProcess(url, SERVER_CORE)]));
  const client = new PinnedProcess(LOAD_CLIENT, CLIENT_CORE);
  try {
    const ports = new Map();
    for (const [url, server] of servers) ports.set(url, (await server.receive()).port);
    const contenders = [];
    for (const { name, server, prepare } of entries) {
      const port = ports.get(server);
      contenders.push({ name, port, server: servers.get(server), request: await prepare(port) });
    }
    await use(contenders, client);
  } finally {
    await Promise.all([client, ...servers.values()].map((process) => process.stop()));
  }
}

async function measure({ name, port, server, request }, client, seconds, { connections }) {
  await client.ask({ do: 'open', port, count: connections, request });
  const before = await server.ask('cpu');
  const started = performance.now();
  const { answered, refused } = await client.ask({ do: 'run', ms: seconds * 1000 });
  const wallSeconds = (performance.now() - started) / 1000;
  const after = await server.ask('cpu');
  await client.ask({ do: 'close' });
  if (refused > 0) throw new Error(`${name}: ${refused} of ${answered} answers were not a result`);
  const cpuSeconds = (after.cpuMicros - before.cpuMicros) / 1e6;
  return { perCpuSecond: answered / cpuSeconds, answered, cpuSeconds, wallSeconds };
}

/** Rotates the order in each round, so that no entry always runs after the same neighbour. */
function rotated(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
