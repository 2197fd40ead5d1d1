import { LEGACY_REVISIONS } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { parseFrames } from '../../fixtures/clients/sse-frames.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const of = (method: string) => (message: JsonRpc) => message.method === method;
const UPDATED = 'notifications/resources/updated';

describe.each(ADAPTERS)('messages of the legacy era on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { changeDebounceMs: 5, streamAfterMs: 60 });
  });
  afterAll(() => wire.close());

  describe.each(LEGACY_REVISIONS)('%s', (revision) => {
    const open = () => LegacySession.open(wire.port, { revision });

    it('G-17 a call is answered with JSON, or with a stream when it sends notifications before its result', async () => {
      const session = await open();
      const plain = await session.post(session.message('tools/call', { name: 'echo', arguments: { text: 'x' } }));
      expect(plain.headers['content-type']).toBe('application/json');
      const params = { name: 'speak', arguments: { count: 1 }, _meta: { progressToken: 'tok' } };
      const loud = await session.post(session.message('tools/call', params, 'loud'));
      expect(loud.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      const messages = parseFrames(loud.body).flatMap(({ data }) => (data ? [JSON.parse(data) as JsonRpc] : []));
      expect(messages.map(({ method, id }) => method ?? id)).toEqual([
        'notifications/progress',
        'notifications/message',
        'loud',
      ]);
      const message = revision === '2024-11-05' ? {} : { message: 'step 1' };
      expect(messages[0]!.params).toEqual({ progressToken: 'tok', progress: 1, total: 1, ...message });
    });

    it('G-23 list changes and updates of subscribed resources arrive on the standalone stream', async () => {
      const session = await open();
      const stream = await session.get();
      expect((await session.request('resources/subscribe', { uri: 'wire://fixed' })).result).toEqual({});
      await wire.mcp.resourceUpdated('wire://item/1');
      await wire.mcp.resourceUpdated('wire://fixed');
      expect((await stream.message(of(UPDATED))).params).toEqual({ uri: 'wire://fixed' });
      expect((await session.request('resources/unsubscribe', { uri: 'wire://fixed' })).result).toEqual({});
      await wire.mcp.resourceUpdated('wire://fixed');
      wire.mcp.toolsChanged();
      await stream.message(of('notifications/tools/list_changed'));
      expect(stream.messages.filter(of(UPDATED))).toHaveLength(1);
      await stream.close();
    });

    it('logging/setLevel applies to the calls that follow it', async () => {
      const session = await open();
      const levels = async () => {
        const { body, headers } = await session.post(session.message('tools/call', { name: 'levels' }));
        if (headers['content-type'] === 'application/json') return [];
        const messages = parseFrames(body).flatMap(({ data }) => (data ? [JSON.parse(data) as JsonRpc] : []));
        return messages.filter(({ method }) => method).map(({ params }) => params!.level as string);
      };
      expect(await levels()).toEqual(['info', 'warning', 'error']);
      expect((await session.request('logging/setLevel', { level: 'error' })).result).toEqual({});
      expect(await levels()).toEqual(['error']);
      expect(await wire.mcp.sendToSession(session.id, { level: 'warning', data: 1 })).toBe('filtered');
      await session.request('logging/setLevel', { level: 'debug' });
      expect(await levels()).toEqual(['debug', 'info', 'warning', 'error']);
    });
  });

  it('G-20, T-19 messages of a request are sent on its own stream and on no other', async () => {
    const session = await LegacySession.open(wire.port);
    const standalone = await session.get();
    const [one, two] = await Promise.all([
      session.stream('speak', { count: 3 }, 'one'),
      session.stream('speak', { count: 4 }, 'two'),
    ]);
    await Promise.all([one.end(), two.end()]);
    wire.mcp.promptsChanged();
    await standalone.message(of('notifications/prompts/list_changed'));
    expect(one.messages).toHaveLength(4);
    expect(two.messages).toHaveLength(5);
    expect(standalone.messages).toHaveLength(1);
    await standalone.close();
  });

  it('list changes wait for a client that opens its GET later', async () => {
    const session = await LegacySession.open(wire.port);
    await wire.mcp.registerTool({ name: `late_${adapter}` }, () => 'late');
    wire.mcp.removeTool(`late_${adapter}`);
    const stream = await session.get();
    await stream.message(of('notifications/tools/list_changed'));
    await stream.close();
  });

  it.each(['hold', 'holdLoudly'])('G-46 a notification cancels a running %s, which gets no response', async (tool) => {
    const session = await LegacySession.open(wire.port);
    const key = `cancelled ${tool} ${adapter}`;
    const request = session.raw(session.message('tools/call', { name: tool, arguments: { key } }, 'c'));
    const answer = send(wire.port, request);
    await wire.gate.reached(`waiting ${key}`);
    expect(await session.notify('notifications/cancelled', { requestId: 'c', reason: 'enough' })).toMatchObject({
      status: 202,
    });
    await wire.gate.reached(`cancelled ${key}`);
    const { body, headers, status } = await answer;
    if (headers['content-type'] === 'text/event-stream') {
      expect(parseFrames(body).some(({ data }) => data?.includes('"id"'))).toBe(false);
    } else expect({ body, status }).toEqual({ body: '', status: 202 });
  });

  it('G-46, T-25 a notification cancels only the same id of the same type in the same session', async () => {
    const [mine, other] = await Promise.all([LegacySession.open(wire.port), LegacySession.open(wire.port)]);
    const key = `spared ${adapter}`;
    const answer = mine.call('hold', { key }, 1);
    await wire.gate.reached(`waiting ${key}`);
    await other.notify('notifications/cancelled', { requestId: 1 });
    await mine.notify('notifications/cancelled', { requestId: '1' });
    for (const params of [{}, { requestId: null }, { requestId: [1] }, { requestId: 1.5 }, undefined]) {
      expect(await mine.notify('notifications/cancelled', params)).toMatchObject({ status: 202 });
    }
    wire.gate.release(key);
    expect(await answer).toMatchObject({ id: 1, result: { content: [{ text: key }] } });
    expect(wire.gate.has(`cancelled ${key}`)).toBe(false);
  });

  it('a long call without notifications becomes a stream with a cursor', async () => {
    const session = await LegacySession.open(wire.port);
    const key = `slow legacy ${adapter}`;
    const stream = await SseClient.open(
      wire.port,
      session.raw(session.message('tools/call', { name: 'hold', arguments: { key } }, 'slow')),
    );
    expect((await stream.frame(({ id }) => id !== undefined)).data).toBe('');
    wire.gate.release(key);
    await stream.end();
    expect(stream.messages).toMatchObject([{ id: 'slow', result: { content: [{ text: key }] } }]);
  });

  it('a client that does not accept streams gets JSON', async () => {
    const session = await LegacySession.open(wire.port);
    const speak = session.message('tools/call', { name: 'speak', arguments: { count: 2 } });
    const reply = await session.post(speak, { accept: 'application/json' });
    expect(JSON.parse(reply.body)).toMatchObject({ result: { content: [{ text: 'said 2' }] } });
  });

  it('F2 closing the application ends open streams and answers running calls', async () => {
    const closing = await wireApp(adapter);
    const session = await LegacySession.open(closing.port);
    const standalone = await session.get();
    const running = await session.stream('holdLoudly', { key: 'drain' }, 'drain');
    await running.message(of('notifications/message'));
    const closed = closing.close();
    await standalone.end();
    expect(standalone.frames.at(-1)!.retry).toBeGreaterThanOrEqual(1000);
    // A balancer then uses the next instance instead of being cut in the middle of a request.
    await expect(send(closing.port, session.getRequest())).rejects.toThrow('ECONNREFUSED');
    closing.gate.release('drain');
    await running.end();
    expect(running.messages.at(-1)).toMatchObject({ id: 'drain', result: {} });
    await closed;
    expect(standalone.complete).toBe(true);
  });
});
