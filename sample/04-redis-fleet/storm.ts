/**
 * `node build/sample/04-redis-fleet/storm.js [seconds]` starts a fleet and kills one instance after the other while
 * clients of both eras use it. At the end it counts their messages, and fails if one was lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Balancer } from './balancer.js';
import { Fleet } from './fleet.js';

const SECONDS = Number(process.argv[2] ?? 20);
const KILL_EVERY_MS = 1500;
const RING_EVERY_MS = 25;
/** How long messages may take to arrive after the storm. */
const TIMEOUT_MS = 15_000;
const CALL = { timeout: 5000 };

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Ends the storm and all its activities. */
const over = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => over.abort());

/** Waits, but not longer than the storm. @returns whether the storm continues */
const during = (ms: number): Promise<boolean> =>
  pause(ms, undefined, { signal: over.signal }).then(
    () => true,
    () => false,
  );

/** An unmodified official client that retries to reconnect longer than by default. */
async function connect(url: string, mode: 'auto' | 'legacy', onRequest: (method: string) => void = () => {}) {
  const client = new Client({ name: `storm-${mode}`, version: '1.0.0' }, { versionNegotiation: { mode } });
  const delays = { initialReconnectionDelay: 100, maxReconnectionDelay: 1000, reconnectionDelayGrowFactor: 1.5 };
  const counted: typeof fetch = (input, init) => {
    onRequest(init?.method ?? 'GET');
    return fetch(input, init);
  };
  const options = { reconnectionOptions: { ...delays, maxRetries: 1000 }, fetch: counted };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), options));
  return client;
}

/** Receives each ring on the standalone stream of its session, and calls tools at the same time. */
async function legacyListener(url: string) {
  const received = new Map<number, number>();
  const count = { streams: 0, disorder: 0, answered: 0, unanswered: 0 };
  let last = 0;
  const client = await connect(url, 'legacy', (method) => method === 'GET' && count.streams++);
  client.setNotificationHandler('notifications/message', ({ params }) => {
    const number = params.data as number;
    if (number < last) count.disorder++;
    last = number;
    received.set(number, (received.get(number) ?? 0) + 1);
  });
  const callTools = async (): Promise<void> => {
    do {
      await client.callTool({ name: 'whoami' }, CALL).then(
        () => count.answered++,
        () => count.unanswered++,
      );
    } while (await during(100));
  };
  return { client, received, count, callTools };
}

/** Modern subscriptions are not resumable: after each cut the client subscribes again and reads the resource. */
async function modernWatcher(url: string) {
  const count = { updates: 0, listens: 0, reads: 0 };
  const client = await connect(url, 'auto');
  client.setNotificationHandler('notifications/resources/updated', () => void count.updates++);
  const read = () => client.readResource({ uri: 'clock://time' }, CALL).then(() => count.reads++);
  const watch = async (): Promise<void> => {
    do {
      const filter = { resourceSubscriptions: ['clock://time'] };
      const subscription = await client.listen(filter, { ...CALL, signal: over.signal }).catch(() => undefined);
      if (!subscription) continue;
      count.listens++;
      await read().catch(() => undefined);
      await subscription.closed;
    } while (await during(100));
  };
  return { client, count, watch };
}

/** Rings with increasing numbers. It never repeats a ring, because an unanswered one may have been delivered. */
async function modernRinger(url: string) {
  const answered = new Set<number>();
  const unanswered = new Set<number>();
  const client = await connect(url, 'auto');
  const ring = async (): Promise<void> => {
    let number = 0;
    do {
      const call = { name: 'ring', arguments: { number: ++number } };
      await client.callTool(call, CALL).then(
        () => answered.add(number),
        () => unanswered.add(number),
      );
    } while (await during(RING_EVERY_MS));
  };
  return { client, answered, unanswered, ring };
}

const fleet = await Fleet.start(['a', 'b', 'c'], print).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
const { instances } = fleet;
const balancer = await Balancer.start(instances, 0);
const listener = await legacyListener(balancer.url);
const watcher = await modernWatcher(balancer.url);
const ringer = await modernRinger(balancer.url);

let kills = 0;
/** Kills the instance that was not killed for longest, but never the last running one. */
async function storm(): Promise<void> {
  const order = [...instances];
  while (await during(KILL_EVERY_MS)) {
    const up = order.filter(({ isUp }) => isUp);
    if (up.length < 2) continue;
    const next = up[0]!;
    order.push(...order.splice(order.indexOf(next), 1));
    next.kill();
    kills++;
  }
}

print(`A storm of ${SECONDS} seconds, an instance killed each ${KILL_EVERY_MS / 1000} seconds.`);
setTimeout(() => over.abort(), SECONDS * 1000);
await Promise.all([storm(), listener.callTools(), watcher.watch(), ringer.ring()]);

const { received } = listener;
const missing = () => [...ringer.answered].filter((number) => !received.has(number));
const deadline = Date.now() + TIMEOUT_MS;
while (missing().length > 0 && Date.now() < deadline) await pause(50);

const twice = [...received.values()].filter((times) => times > 1).length;
const inDoubt = [...ringer.unanswered].filter((number) => received.has(number)).length;
const lost = missing().length;
print(`
${kills} instances were killed.

Modern client that rings
  answered                ${ringer.answered.size}
  unanswered              ${ringer.unanswered.size}, of which ${inDoubt} were received nevertheless
Legacy client with a standalone stream
  received                ${received.size}
  lost                    ${lost}
  received twice          ${twice}
  out of order            ${listener.count.disorder}
  times it reconnected    ${listener.count.streams - 1}
  calls of its own        ${listener.count.answered} answered, ${listener.count.unanswered} unanswered
Modern client that watches
  updates                 ${watcher.count.updates}
  times it resubscribed   ${watcher.count.listens - 1}
Requests per instance     ${instances.map(({ id, served }) => `${id} ${served}`).join(', ')}
`);
await Promise.all([listener, watcher, ringer].map(({ client }) => client.close().catch(() => undefined)));
await fleet.close();
await balancer.close();
process.exit(lost + twice + listener.count.disorder === 0 ? 0 : 1);
