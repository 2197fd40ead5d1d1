import { measure } from './measure.mjs';
import { CLIENT_CORE, PinnedProcess, SERVER_CORE } from './pinned-process.mjs';
import { interleaved } from './samples.mjs';
import { warmUp } from './warm-up.mjs';

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
      for (const contender of contenders) await warmUp(contender, client, options.warmUpSeconds);
      await interleaved(contenders, rounds, async (contender) => {
        // What it has not done for a while, a server does slowly at first.
        if (options.leadSeconds > 0) await measure(contender, client, options.leadSeconds);
        const sample = await measure(contender, client, options.seconds);
        samples.get(contender.name).push(sample);
        onSample(contender.name, sample);
      });
    });
  }
  return samples;
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
