import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_SESSIONS } from '../../lib/stream/event-log.js';
import { decodeStreamSignals } from '../../lib/stream/stream-signal.js';
import { figure, percentile, times } from '../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { modern } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const URIS = ['truth://one', 'truth://two', 'truth://three'] as const;
const FLIPS = 40;
const CUTS = 4;

describe('P12 a modern client on B that listens to changes on A', () => {
  const prefix = newNamespace();
  const truth: Record<string, number> = {};
  let redis: RedisServer;
  let line: TcpProxy;
  let a: FleetApp;
  let b: FleetApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    line = await TcpProxy.start(redis.port);
    [a, b] = await Promise.all([
      fleetApp({ redis: redis.url, redisPrefix: prefix }),
      fleetApp({ redis: line.url, redisPrefix: prefix }),
    ]);
    for (const { mcp } of [a, b]) {
      for (const uri of URIS) await mcp.registerResource({ name: uri, uri }, () => String(truth[uri]));
    }
  });
  afterAll(async () => {
    await Promise.all([a.close(), b.close()]);
    await line.close();
    await redis.dispose();
  });

  const read = async (uri: string): Promise<number> => {
    const { result } = JSON.parse((await send(b.port, modern('resources/read', { uri }))).body) as JsonRpc;
    return Number(result!.contents[0].text);
  };

  /** The state of a client that reads a resource only when it is notified. */
  async function listen() {
    const view: Record<string, number> = {};
    const notifications = { resourceSubscriptions: URIS };
    const stream = await SseClient.open(b.port, modern('subscriptions/listen', { notifications }));
    await stream.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
    for (const uri of URIS) view[uri] = await read(uri);
    let processed = stream.messages.length;
    /** @returns whether there were new notifications */
    const refresh = async (): Promise<boolean> => {
      const uris = new Set(stream.messages.slice(processed).map(({ params }) => params!.uri as string));
      processed = stream.messages.length;
      for (const uri of uris) view[uri] = await read(uri);
      return uris.size > 0;
    };
    return { view, refresh, stream };
  }

  async function flip(): Promise<void> {
    const uri = URIS[Math.floor(Math.random() * URIS.length)]!;
    truth[uri]!++;
    await a.mcp.resourceUpdated(uri);
  }

  /** Changes resources while the connections of B are cut at random moments; the last change happens during a cut. */
  async function storm(): Promise<void> {
    const cutAt = new Set(Array.from({ length: CUTS }, () => Math.floor(Math.random() * FLIPS)));
    for (let i = 0; i < FLIPS; i++) {
      if (cutAt.has(i)) line.cut();
      await flip();
      if (i % 4 === 0) await pause(1);
    }
    line.refuse(true);
    line.cut();
    await flip();
    line.refuse(false);
  }

  const runs = times(10, 100);
  it(`P12 after ${runs} runs with faults every listening client knows the true state`, async () => {
    const spent: number[] = [];
    let right = 0;
    for (let run = 0; run < runs; run++) {
      for (const uri of URIS) truth[uri] = 0;
      const { view, refresh, stream } = await listen();
      await storm();
      const since = performance.now();
      const arrived = async () => {
        await refresh();
        return view;
      };
      const is = await expect
        .poll(arrived, { timeout: 15_000, interval: 5 })
        .toEqual(truth)
        .then(
          () => true,
          () => false,
        );
      if (is) right++;
      spent.push(performance.now() - since);
      await stream.close();
    }
    figure('P12', 'runs that ended with the truth', (100 * right) / runs, '%');
    figure('P12', 'connections cut', line.cuts);
    figure('P12', 'p99 from the last change to the truth', percentile(spent, 0.99), 'ms');
    expect(right).toBe(runs);
    expect(line.cuts).toBeGreaterThan(runs);
  }, 300_000);

  it('control: a client that trusts only the arriving notifications ends with a stale state', async () => {
    const naive = await fleetMember({ redis: redis.url, broker: line.url, namespace: `${prefix}:default` });
    for (const uri of URIS) truth[uri] = 0;
    const view: Record<string, number> = { ...truth };
    const received: string[] = [];
    await naive.broker.subscribe(naive.log.channel(ALL_SESSIONS), (message) => {
      for (const signal of decodeStreamSignals(message)) {
        if (signal?.kind !== 'entry') continue;
        const { uri } = JSON.parse(signal.data!) as { uri: string };
        received.push(uri);
        if (uri in view) view[uri] = truth[uri]!;
      }
    });
    const back = new Promise<void>((resolve) => void naive.broker.onInterruption(resolve));
    await storm();
    await back;
    await expect
      .poll(() => a.mcp.resourceUpdated('truth://marker').then(() => received.includes('truth://marker')))
      .toBe(true);
    expect(view).not.toEqual(truth);
    await naive.close();
  });
});
