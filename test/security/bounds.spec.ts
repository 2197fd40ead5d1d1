import { EventLog, type MemoryEventLog, type MemoryMessageBroker, type MemorySessionStore } from 'nestjs-mcp-fleet';
import { MessageBroker, type Principal, PrincipalResolver, SessionStore } from 'nestjs-mcp-fleet';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpRuntime } from '../../lib/server/mcp-runtime.js';
import { Gate } from '../fixtures/applications/gate.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, modern } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

/** Everything that could leak. */
function gauges({ app }: WireApp): Record<string, number> {
  const runtime = app.get(McpRuntime, { strict: false });
  const { sessions, ids, principals } = (app.get(SessionStore) as MemorySessionStore).sizes;
  const log = (app.get(EventLog) as MemoryEventLog).sizes;
  const { listeners, queued } = (app.get(MessageBroker) as MemoryMessageBroker).sizes;
  return {
    sessions: sessions + ids + principals,
    streams: log.sessions + log.streams + log.entries + log.bytes,
    // The bus has one, and so has the feed of broadcasts.
    listeners: listeners - 2 + queued,
    inFlight: runtime.inFlight.size,
    standalone: runtime.http.streams.size,
    subscriptions: runtime.engine.subscriptions.size,
  };
}

const numbersOf = (messages: readonly JsonRpc[]) =>
  messages.filter(({ method }) => method).map(({ params }) => params!.data.i as number);

describe.each(ADAPTERS)('limits (P10) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, {
      maxPendingBytes: 64 * 1024,
      maxHistoryBytes: 64 * 1024 * 1024,
      keepAliveMs: 20_000,
    });
  });
  afterAll(() => wire.close());

  it('F9 a slow reader is disconnected without harm to others and resumes with the rest', async () => {
    const session = await LegacySession.open(wire.port);
    const stream = await session.stream('speak', { count: 400, bytes: 50_000 }, 'slow');
    stream.pause();
    // The call ends although its client does not read: the log holds everything.
    const log = wire.app.get(EventLog) as MemoryEventLog;
    await expect.poll(() => log.sizes.entries, { timeout: 10_000 }).toBe(401);
    expect(await send(wire.port, call('echo', { text: 'x' }))).toMatchObject({ status: 200 });

    stream.resume();
    await stream.end();
    const messages = [...stream.messages];
    expect(messages.length).toBeLessThan(401);
    for (let cursor = stream.lastEventId; messages.length < 401;) {
      const back = await session.get(cursor);
      await back.end(10_000);
      expect(back.messages.length).toBeGreaterThan(0);
      messages.push(...back.messages);
      cursor = back.lastEventId;
    }
    expect(numbersOf(messages)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(messages.at(-1)).toMatchObject({ id: 'slow', result: {} });
    await session.end();
  });

  it('F9 messages larger than the limit arrive one after the other', async () => {
    const session = await LegacySession.open(wire.port);
    const stream = await session.stream('speak', { count: 5, bytes: 400_000 }, 'big');
    await stream.close();
    const messages: JsonRpc[] = [...stream.messages];
    for (let cursor = stream.lastEventId; messages.at(-1)?.id !== 'big';) {
      const back = await session.get(cursor);
      await back.end(10_000);
      expect(back.messages.length).toBeGreaterThan(0);
      messages.push(...back.messages);
      cursor = back.lastEventId;
    }
    expect(numbersOf(messages)).toEqual([1, 2, 3, 4, 5]);
    await session.end();
  });

  it('a burst does not disconnect a modern client that reads', async () => {
    const calm = await wireApp(adapter);
    const details = { meta: { 'io.modelcontextprotocol/logLevel': 'debug', progressToken: 1 } };
    const stream = await SseClient.open(calm.port, call('speak', { count: 90, bytes: 40_000 }, details));
    await stream.end(10_000);
    expect(stream.messages.at(-1)).toMatchObject({ result: { content: [{ text: 'said 90' }] } });
    await calm.close();
  });

  it('S-5 a client that disconnects while its principal is resolved leaves nothing behind', async () => {
    const gate = new Gate();
    class Slow extends PrincipalResolver {
      override async resolve(): Promise<Principal | undefined> {
        await gate.passage('principal');
        return undefined;
      }
    }
    const slow = await wireApp(adapter, { providers: [{ provide: PrincipalResolver, useClass: Slow }] });
    const controller = new AbortController();
    const request = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const gone = send(slow.port, { ...request, signal: controller.signal }).catch(() => 'gone');
    await gate.reached('waiting principal');
    controller.abort();
    await gone;
    const server = slow.app.getHttpServer() as Server;
    await expect.poll(() => new Promise((done) => server.getConnections((_, n) => done(n)))).toBe(0);
    gate.release('principal');
    await send(slow.port, modern('tools/list'));
    expect(gauges(slow)).toMatchObject({ subscriptions: 0, inFlight: 0 });
    await slow.close();
  });

  it('P10 every gauge is 0 after two thousand requests and streams', async () => {
    const round = async (i: number) => {
      const session = await LegacySession.open(wire.port);
      await session.request('resources/subscribe', { uri: 'wire://fixed' });
      const standalone = await session.get();
      const stream = await session.stream('speak', { count: 2 });
      const listening = await SseClient.open(
        wire.port,
        modern('subscriptions/listen', { notifications: { resourceSubscriptions: ['wire://fixed'] } }, { id: i }),
      );
      const loud = send(wire.port, call('speak', { count: 2 }, { meta: { progressToken: i } }));
      const key = `leak ${adapter} ${i}`;
      const controller = new AbortController();
      const aborted = send(wire.port, { ...call('hold', { key }), signal: controller.signal }).catch(() => 'aborted');
      await wire.gate.reached(`waiting ${key}`);
      controller.abort();
      await Promise.all([loud, aborted, session.call('echo', { text: 'x' }), session.post('{'), stream.close()]);
      const back = await session.get(stream.lastEventId).catch(() => undefined);
      await Promise.all([standalone.close(), listening.close(), back?.close()]);
      await session.end();
    };
    for (let at = 0; at < 170; at += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => round(at + i)));
    await expect
      .poll(() => gauges(wire), { timeout: 10_000 })
      .toEqual({
        sessions: 0,
        streams: 0,
        listeners: 0,
        inFlight: 0,
        standalone: 0,
        subscriptions: 0,
      });
  });
});
