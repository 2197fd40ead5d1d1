import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog, type MemoryEventLog, SessionStore, type MemorySessionStore } from 'nestjs-mcp-fleet';
import { truncateAfter } from '../../fixtures/clients/truncated-stream.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import type { JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const log = (data: unknown) => ({ level: 'error', data }) as const;
const methodsOf = ({ messages }: SseClient) => messages.map(({ method }) => method);
const hasData =
  (data: unknown) =>
  ({ params }: JsonRpc) =>
    params?.data === data;

const SIGNAL = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/message',
];

describe.each(ADAPTERS)('gaps in the history (P3) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { maxHistory: 5 });
  });
  afterAll(() => wire.close());

  /** A session with a subscription and a cursor older than its history. */
  async function overrun(app: WireApp, kept = 8) {
    const session = await LegacySession.open(app.port);
    await session.request('resources/subscribe', { uri: 'wire://fixed' });
    const before = await session.get();
    await app.mcp.sendToSession(session.id, log('seen'));
    await before.message(hasData('seen'));
    await before.close();
    for (let i = 0; i < kept; i++) await app.mcp.sendToSession(session.id, log(i));
    return { session, cursor: before.lastEventId! };
  }

  it('F10 a resumed stream signals a gap once and continues with the events that are left', async () => {
    const { session, cursor } = await overrun(wire);
    const after = await session.get(cursor);
    await after.message(hasData(7));
    expect(methodsOf(after)).toEqual([...SIGNAL, ...Array.from({ length: 5 }, () => 'notifications/message')]);
    expect(after.messages.slice(5).map(({ params }) => params!.data as number)).toEqual([3, 4, 5, 6, 7]);
    expect(after.frames.filter(({ comment }) => comment === 'gap')).toHaveLength(1);
    await after.close();
  });

  it('a client that missed nothing gets no gap signal', async () => {
    const { session, cursor } = await overrun(wire, 5);
    const after = await session.get(cursor);
    await after.message(hasData(4));
    expect(after.messages).toHaveLength(5);
    await after.close();
  });

  it('P3 a gap signal that is cut at any byte is repeated unless it arrived completely', async () => {
    const { session, cursor } = await overrun(wire);
    const after = await session.get(cursor);
    await after.message(hasData(7));
    await after.close();
    const bytes = Buffer.from(
      after.frames
        .map(
          (frame) =>
            Object.entries(frame)
              .map(([k, v]) => `${k === 'comment' ? '' : k}: ${v}\n`)
              .join('') + '\n',
        )
        .join(''),
    );
    const seen = new Set<string>();
    for (let length = 0; length <= bytes.length; length++) {
      const { frames, lastEventId = cursor } = truncateAfter(bytes, length);
      const state = `${frames.length} ${lastEventId}`;
      if (seen.has(state)) continue;
      seen.add(state);
      const messages = frames.flatMap(({ data }) => (data ? [JSON.parse(data) as JsonRpc] : []));
      if (!messages.some(hasData(7))) {
        const back = await session.get(lastEventId);
        await back.message(hasData(7));
        messages.push(...back.messages);
        await back.close();
      }
      for (const method of SIGNAL)
        expect(
          messages.map((message) => message.method),
          `after ${state}`,
        ).toContain(method);
    }
  });

  it('§5.5 the resumed stream of a request may lose notifications but always delivers the response', async () => {
    const session = await LegacySession.open(wire.port);
    const stream = await session.stream('speak', { count: 20 }, 'long');
    await stream.end();
    const back = await session.get(stream.frames[0]!.id);
    await back.end();
    expect(back.frames.filter(({ comment }) => comment === 'gap')).toHaveLength(1);
    expect(back.messages.at(-1)).toMatchObject({ id: 'long', result: {} });
    expect(methodsOf(back)).not.toContain('notifications/tools/list_changed');
  });

  it('history that is too old is a gap, while the response of a request is kept longer', async () => {
    const short = await wireApp(adapter, { historyTtlMs: 20 });
    const { session, cursor } = await overrun(short);
    const stream = await session.stream('speak', { count: 3 }, 'aged');
    await stream.end();
    const log = short.app.get(EventLog) as MemoryEventLog;
    await expect.poll(() => log.sizes.entries, { timeout: 5000 }).toBe(0);
    const standalone = await session.get(cursor);
    await standalone.message(({ method }) => method === 'notifications/message');
    expect(methodsOf(standalone)).toEqual(SIGNAL);
    const back = await session.get(stream.frames[0]!.id);
    await back.end();
    expect(back.messages).toMatchObject([{ id: 'aged', result: {} }]);
    await short.close();
  });

  it('P3 a gap signal that cannot be created ends the stream, so that the client reconnects for it', async () => {
    const flaky = await wireApp(adapter, { maxHistory: 5 });
    const store = flaky.app.get(SessionStore) as MemorySessionStore;
    const { session, cursor } = await overrun(flaky);
    const subscriptions = store.subscriptions.bind(store);
    store.subscriptions = () => Promise.reject(new Error('the backend is unavailable'));
    const failed = await session.get(cursor);
    await failed.end();
    store.subscriptions = subscriptions;
    const back = await session.get(failed.lastEventId ?? cursor);
    await back.message(hasData(7));
    expect(methodsOf(back).slice(0, 5)).toEqual(SIGNAL);
    await flaky.close();
  });
});
