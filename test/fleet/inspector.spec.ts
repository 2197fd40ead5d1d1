import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { McpInspector } from 'nestjs-mcp-fleet';
import { Gate } from '../fixtures/applications/gate.js';
import { nestApp } from '../fixtures/applications/nest-app.js';
import { TripTools } from '../fixtures/applications/trip-server.js';
import { WireTools } from '../fixtures/applications/wire-tools.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call } from '../fixtures/clients/mcp-requests.js';
import { PageClient } from '../fixtures/clients/page-client.js';
import { send } from '../fixtures/clients/raw-http.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const REPORTS = 'mcp:default:mcp:default:reports';
const WATCH = 'mcp:default:mcp:default:watch';

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function instance(url = redis.url) {
  const started = await nestApp(
    { providers: [{ provide: Gate, useValue: new Gate() }, WireTools, TripTools] },
    {
      mcp: { redis: url, drainTimeoutMs: 500 },
      forceCloseConnections: true,
      prepare: (app) => McpInspector.setup('inspector', app, { actions: true }),
    },
  );
  closing.push(started.close);
  return { ...started, page: new PageClient(started.port) };
}

/** Everything that is published on the two channels of the page. */
async function published() {
  const listener = new Redis(redis.url);
  closing.push(() => listener.disconnect());
  const messages: { readonly channel: string; readonly text: string }[] = [];
  listener.on('message', (channel, text) => messages.push({ channel, text }));
  await listener.subscribe(REPORTS, WATCH);
  return messages;
}

describe('the page of a fleet', () => {
  it('one page shows the figures of both instances', async () => {
    const [a, b] = await Promise.all([instance(), instance()]);
    const watching = await a.page.watch();
    const own = (await watching.event('snapshot')).instance;
    expect(own).toBe((await a.page.config()).instance);
    const there = (await b.page.config()).instance;
    for (const id of [own, there]) {
      const { instance: info, figures } = await watching.report((report) => report.instance.id === id);
      expect(info).toMatchObject({ version: '1.0.0', pid: process.pid });
      expect(figures).toMatchObject({ state: 'running', broker: 'up', catalog: { tools: expect.any(Number) } });
    }
    await watching.report(({ figures }) => figures.redisRoundTripMs !== null && figures.redisRoundTripMs > 0);
    const { memory } = await watching.event('redis');
    expect(memory).toMatchObject({ complete: true, usedBytes: expect.any(Number), maxBytes: 0 });
    const broadcasts = memory.families.find(({ family }) => family === 'broadcasts');
    expect(broadcasts).toMatchObject({ keys: expect.any(Number), measured: broadcasts?.keys });
    expect(broadcasts!.bytes).toBeGreaterThanOrEqual(broadcasts!.largestBytes);
    const hashes = new Set(watching.reports.map(({ figures }) => figures.catalogHash));
    expect(hashes.size).toBe(1);

    // A stream hangs on the instance that holds it, whichever shows the page.
    const session = await LegacySession.open(a.port);
    const stream = await session.at(b.port).get();
    const { streams } = await watching.report(({ instance: { id }, streams: all }) => id === there && all.length === 1);
    const { list } = await watching.event('sessions', ({ list: { sessions } }) => sessions.length === 1);
    expect(streams).toEqual([{ session: list.sessions[0]!.id }]);
    expect((await b.page.act('DELETE', `api/sessions/${streams[0]!.session}`)).status).toBe(204);
    await stream.end();
    await watching.close();
  });

  it('nothing is published unless somebody watches', async () => {
    const [a, b] = await Promise.all([instance(), instance()]);
    const messages = await published();
    for (const { port } of [a, b]) expect((await send(port, call('echo', { text: 'hi' }))).status).toBe(200);
    expect(messages).toEqual([]);
    const subscribers = async () => (await redis.admin.call('PUBSUB', 'NUMSUB', REPORTS, WATCH)) as (string | number)[];
    // One of each is the listener of this test.
    expect(await subscribers()).toEqual([REPORTS, 1, WATCH, 3]);

    const first = await a.page.watch();
    await first.report(({ sequence }) => sequence >= 2);
    expect(await subscribers()).toEqual([REPORTS, 2, WATCH, 3]);
    await first.close();
    await expect.poll(subscribers).toEqual([REPORTS, 1, WATCH, 3]);
    expect(messages.at(-1)!.text).toContain('unwatch');
    // Reports count from 1 again, so there were none in between.
    const second = await b.page.watch();
    expect((await second.report()).sequence).toBe(1);
    await second.close();
  });

  it('the timeline of a call has the answer that came to another instance', async () => {
    const [a, b] = await Promise.all([instance(), instance()]);
    const watching = await b.page.watch();
    const [asked, answered] = await Promise.all([a.page.config(), b.page.config()]);
    for (const { instance: id } of [asked, answered]) await watching.report((report) => report.instance.id === id);
    const session = await LegacySession.open(a.port, { capabilities: { elicitation: {} } });
    const asking = await session.stream('book', { city: 'Oslo' }, 'asking');
    const question = await asking.message(({ method }: JsonRpc) => method === 'elicitation/create');
    await session.at(b.port).post({ jsonrpc: '2.0', id: question.id, result: { action: 'decline' } });
    const { calls } = await watching.report((report) => report.calls.some(({ name }) => name === 'book'));
    const { steps } = calls.find(({ name }) => name === 'book')!;
    expect(steps).toMatchObject([
      { what: 'question', instance: asked.instance },
      { what: 'answer', instance: answered.instance },
    ]);
    await watching.close();
  });

  it('an instance that closes is gone at once, and one that is cut off within seconds', async () => {
    const proxy = await TcpProxy.start(redis.port);
    closing.push(() => proxy.close());
    const [a, b, c] = await Promise.all([instance(), instance(), instance(proxy.url)]);
    const [closed, lost] = await Promise.all([b.page.config(), c.page.config()]);
    const watching = await a.page.watch();
    for (const { instance: id } of [closed, lost]) await watching.report((report) => report.instance.id === id);
    closing.splice(closing.indexOf(b.close), 1);
    await b.close();
    const goodbye = await watching.event('gone', ({ gone }) => gone.instance === closed.instance);
    expect(goodbye.gone.reason).toBe('closed');
    proxy.freeze();
    const silence = await watching.event('gone', ({ gone }) => gone.instance === lost.instance);
    expect(silence.gone.reason).toBe('lost');
    proxy.heal();
    const seen = watching.reports.length;
    await watching.report((report) => report.instance.id === lost.instance && watching.reports.indexOf(report) >= seen);
    await watching.close();
  });
});
