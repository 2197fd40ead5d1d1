import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/steps/free-port.mjs';
import { OutputWatch } from './output-watch.js';

const STORM_SECONDS = 5;
const LONG_MS = 60_000;
const GONE_MS = 5000;
const BACK_MS = 20_000;

interface Whoami {
  readonly instance: string;
  readonly pid: number;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const listens = async (url: string): Promise<boolean> => {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isThere;
};

describe.each(['fastify', 'express'])('sample 04-redis-fleet on %s', (HTTP_ADAPTER) => {
  let sample: ChildProcess;
  let url: URL;
  let output: OutputWatch;
  const clients: Client[] = [];
  const pids = new Set<number>();

  // Without REDIS_URL it starts its own Redis, which it has to stop as well.
  beforeAll(async () => {
    const port = await freePort();
    const { REDIS_URL: _, ...inherited } = process.env;
    const env = { ...inherited, PORT: `${port}`, HTTP_ADAPTER, NO_COLOR: '1' };
    sample = spawn(process.execPath, ['build/sample/04-redis-fleet/main.js'], { env });
    output = new OutputWatch(sample);
    url = new URL(`http://127.0.0.1:${port}/mcp`);
    await output.until('Ctrl+C ends them all', 0, BACK_MS);
  }, LONG_MS);
  afterAll(() => void sample.kill());

  const connect = async (mode: 'auto' | 'legacy'): Promise<Client> => {
    const client = new Client({ name: 'fleet', version: '1.0.0' }, { versionNegotiation: { mode } });
    const delays = { initialReconnectionDelay: 50, maxReconnectionDelay: 500, reconnectionDelayGrowFactor: 1.5 };
    const reconnectionOptions = { ...delays, maxRetries: 100 };
    await client.connect(new StreamableHTTPClientTransport(url, { reconnectionOptions }));
    clients.push(client);
    return client;
  };
  const whoami = async (client: Client): Promise<Whoami> => {
    const { structuredContent } = await client.callTool({ name: 'whoami' });
    const who = structuredContent as unknown as Whoami;
    pids.add(who.pid);
    return who;
  };
  const whoareyou = async (client: Client, times: number): Promise<Whoami[]> => {
    const answers: Whoami[] = [];
    for (let i = 0; i < times; i++) answers.push(await whoami(client));
    return answers;
  };

  it.each(['auto', 'legacy'] as const)('sample 04 answers from all three instances in turn (%s)', async (mode) => {
    const answers = await whoareyou(await connect(mode), 6);
    expect([...new Set(answers.map(({ instance }) => instance))].sort()).toEqual(['a', 'b', 'c']);
  });

  it(
    'sample 04 serves clients of both eras and loses no message while an instance is killed and restarted',
    { timeout: LONG_MS },
    async () => {
      const legacy = await connect('legacy');
      const modern = await connect('auto');
      const received: unknown[] = [];
      let onReceived = () => {};
      legacy.setNotificationHandler('notifications/message', ({ params }) => {
        received.push(params.data);
        onReceived();
      });
      const victim = (await whoareyou(modern, 3)).find(({ instance }) => instance === 'b')!;
      const from = output.mark();
      process.kill(victim.pid, 'SIGKILL');
      await output.until('b is gone', from, GONE_MS);
      for (const client of [legacy, modern]) await whoareyou(client, 6);
      const all = new Promise<void>((resolve) => (onReceived = () => received.length === 3 && resolve()));
      for (const number of [1, 2, 3]) await modern.callTool({ name: 'ring', arguments: { number } });
      await all;
      expect(received).toEqual([1, 2, 3]);
      await output.until('b is back', from, BACK_MS);
      const now = (await whoareyou(legacy, 6)).find(({ instance }) => instance === 'b');
      expect(now).toBeDefined();
      expect(now!.pid).not.toBe(victim.pid);
    },
  );

  it('sample 04 exits on SIGTERM while clients listen and leaves no process behind', { timeout: LONG_MS }, async () => {
    const [redis] = /redis:\/\/\S+/.exec(output.text)!;
    sample.kill('SIGTERM');
    expect(await once(sample, 'exit')).toEqual([0, null]);
    expect([...pids].filter(isAlive)).toEqual([]);
    expect(await listens(redis)).toBe(false);
    for (const client of clients) await client.close().catch(() => undefined);
  });
});

it('the storm of sample 04 loses no message', { timeout: LONG_MS }, async () => {
  const env = { ...process.env, NO_COLOR: '1' };
  const storm = spawn(process.execPath, ['build/sample/04-redis-fleet/storm.js', `${STORM_SECONDS}`], { env });
  const output = new OutputWatch(storm);
  const [code] = (await once(storm, 'close')) as [number];
  expect(code, output.text).toBe(0);
  expect(output.text).toMatch(/[1-9]\d* instances were killed/);
  expect(output.text).toMatch(/lost +0\n/);
});
