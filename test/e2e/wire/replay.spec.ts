import { LEGACY_REVISIONS } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { truncateAfter, textsIn, textsOf } from '../../fixtures/clients/truncated-stream.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const isLog = ({ method }: JsonRpc) => method === 'notifications/message';
const hasData = (data: unknown) => (message: JsonRpc) => isLog(message) && message.params!.data === data;
const log = (data: unknown) => ({ level: 'error', data }) as const;

describe.each(ADAPTERS)('resuming with Last-Event-ID on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  const open = (revision?: string) => LegacySession.open(wire.port, { revision });
  const resume = async (session: LegacySession, id: string) =>
    textsIn((await send(wire.port, session.getRequest(id))).body);

  describe.each(LEGACY_REVISIONS)('%s', (revision) => {
    // One adapter is tested at every byte. The other shares the code in question and is sampled.
    const step = adapter === 'fastify' ? 1 : 13;

    it('P1, G-26, G-28 the stream of a request that is cut at any byte resumes with each event once and in order', async () => {
      const session = await open(revision);
      const request = session.raw(session.message('tools/call', { name: 'speak', arguments: { count: 3 } }));
      const whole = Buffer.from((await send(wire.port, request)).body);
      const expected = textsIn(whole.toString());
      expect(expected).toHaveLength(4);
      let resumed = 0;
      for (let bytes = 0; bytes <= whole.length; bytes += step) {
        const { frames, lastEventId } = truncateAfter(whole, bytes);
        if (lastEventId === undefined) continue;
        expect([...textsOf(frames), ...(await resume(session, lastEventId))]).toEqual(expected);
        resumed++;
      }
      expect(resumed * step).toBeGreaterThan(whole.length * 0.8);
    });

    it('G-29, T-18 a stream begins with an event id, with empty data only for clients that can parse it', async () => {
      const session = await open(revision);
      const key = `primed ${adapter} ${revision}`;
      const streams = [await session.stream('holdLoudly', { key }), await session.get()];
      streams.push(await session.get((await streams[0]!.frame(({ id }) => id !== undefined)).id));
      for (const stream of streams) {
        await stream.frame(({ id }) => id !== undefined);
        const [first] = stream.frames;
        expect(first!.retry).toBe(1000);
        expect(first!.event).toBeUndefined();
        expect(first!.data).toBe(revision === '2025-11-25' ? '' : undefined);
      }
      wire.gate.release(key);
      await Promise.all(streams.map((stream) => stream.close()));
    });

    it('G-19, T-20 resuming a stream replays that stream and no other', async () => {
      const session = await open(revision);
      const standalone = await session.get();
      await standalone.frame(({ id }) => id !== undefined);
      await wire.mcp.sendToSession(session.id, log('one'));
      const request = (name: string) => session.stream('speak', { count: 1 }, name);
      const [a, b] = await Promise.all([request('a'), request('b')]);
      await Promise.all([a.end(), b.end(), standalone.message(hasData('one'))]);
      await wire.mcp.sendToSession(session.id, log('two'));
      await standalone.message(hasData('two'));

      expect((await resume(session, a.frames[0]!.id!)).map(idOf)).toEqual([undefined, 'a']);
      expect((await resume(session, b.frames[0]!.id!)).map(idOf)).toEqual([undefined, 'b']);
      const again = await session.get(standalone.frames[0]!.id);
      await again.message(hasData('two'));
      expect(again.messages.map(({ params }) => params!.data as string)).toEqual(['one', 'two']);
      await again.close();
    });
  });

  it('G-18, G-28 a request continues after its client disconnects, and the client reconnects for the response', async () => {
    const session = await open();
    const key = `left ${adapter}`;
    const stream = await session.stream('holdLoudly', { key }, 'left');
    await stream.message(isLog);
    await stream.close();
    const back = await session.get(stream.lastEventId);
    wire.gate.release(key);
    await back.end();
    expect(back.messages).toMatchObject([{ id: 'left', result: { content: [{ text: key }] } }]);
    expect(wire.gate.has(`cancelled ${key}`)).toBe(false);
  });

  it('P1 a standalone stream that is cut repeatedly delivers each message once and in order', async () => {
    const session = await open();
    const seen: number[] = [];
    const total = 300;
    let cursor: string | undefined;
    let sent = 0;
    const sending = (async () => {
      for (; sent < total; sent++) await wire.mcp.sendToSession(session.id, log(sent));
    })();
    while (seen.length < total) {
      const stream = await session.get(cursor);
      const goal = Math.min(total, seen.length + 1 + (seen.length % 7));
      await stream.message(hasData(goal - 1));
      await stream.close();
      seen.push(...stream.messages.map(({ params }) => params!.data as number));
      cursor = stream.lastEventId;
    }
    await sending;
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => i));
  });

  it('§5.4 messages sent before the first GET are delivered, and a later GET starts at the end of the stream', async () => {
    const session = await open();
    expect(await wire.mcp.sendToSession(session.id, log('early'))).toBe('stored');
    const first = await session.get();
    await first.message(hasData('early'));
    await first.close();
    await expect.poll(() => wire.mcp.sendToSession(session.id, log('between'))).toBe('stored');
    const second = await session.get();
    await second.frame(({ id }) => id !== undefined);
    await wire.mcp.sendToSession(session.id, log('late'));
    await second.message(hasData('late'));
    expect(second.messages).toHaveLength(1);
    await second.close();
  });

  it('P5, G-20, G-32 the newest GET takes over the stream, and each message arrives on exactly one GET', async () => {
    const session = await open();
    const streams: SseClient[] = [];
    for (let i = 0; i < 5; i++) {
      streams.push(await session.get(streams.at(-1)?.lastEventId));
      await streams.at(-1)!.frame(({ id }) => id !== undefined);
      await wire.mcp.sendToSession(session.id, log(i));
      await streams.at(-1)!.message(hasData(i));
    }
    await Promise.all(streams.slice(0, -1).map((stream) => stream.end()));
    for (const stream of streams.slice(0, -1)) {
      expect(stream.complete).toBe(true);
      expect(stream.frames.at(-1)).toEqual({ retry: 1000 });
    }
    expect(streams.flatMap(({ messages }) => messages.map(({ params }) => params!.data as number))).toEqual([
      0, 1, 2, 3, 4,
    ]);
    await streams.at(-1)!.close();
  });

  it.each([
    '',
    'x',
    '0-0',
    'g_',
    'g_1',
    'g_01-0',
    '../g_0-0',
    'rabcdefghijklmno_0-0',
    `g_${'9'.repeat(40)}-0`,
    'g_0-0x',
  ])('P4, G-27 an unknown event id "%s" is answered with 400', async (id) => {
    const session = await open();
    const reply = await send(wire.port, session.getRequest(id));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).not.toHaveProperty('id');
  });

  it('P4, SEC4 an event id of another session reveals nothing', async () => {
    const [mine, other] = await Promise.all([open(), open()]);
    const stream = await other.stream('speak', { count: 2 });
    await stream.end();
    for (const { id } of stream.frames) {
      expect(await send(wire.port, mine.getRequest(id))).toMatchObject({ status: 400 });
    }
  });

  it('G-28 a stream that was read to its end can be resumed and ends at once', async () => {
    const session = await open();
    const stream = await session.stream('speak', { count: 1 });
    await stream.end();
    expect(await resume(session, stream.lastEventId!)).toEqual([]);
  });

  it('a client that never opens a GET still gets every response to its requests', async () => {
    const session = await open();
    for (let i = 0; i < 20; i++) wire.mcp.toolsChanged();
    const stream = await session.stream('speak', { count: 2 }, 'only');
    await stream.end();
    expect(stream.messages.map(({ method, id }) => method ?? id)).toEqual([
      'notifications/message',
      'notifications/message',
      'only',
    ]);
  });
});

const idOf = (text: string) => (JSON.parse(text) as JsonRpc).id;
