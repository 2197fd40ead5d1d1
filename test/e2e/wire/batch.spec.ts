import { LEGACY_REVISIONS } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const request = (id: string | number, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params });
const tool = (id: string | number, name: string, args: object) => request(id, 'tools/call', { name, arguments: args });

describe.each(ADAPTERS)('batches on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  const open = (revision = '2025-03-26') => LegacySession.open(wire.port, { revision });

  it('G-37 a batch is answered with one array that holds a response to each request', async () => {
    const session = await open();
    const reply = await session.post([
      request('a', 'ping'),
      { jsonrpc: '2.0', method: 'notifications/unheard-of' },
      request(1, 'nope'),
      { jsonrpc: '2.0', id: 'old', result: {} },
      tool('1', 'echo', { text: 'x' }),
    ]);
    expect(reply.status).toBe(200);
    const answers = JSON.parse(reply.body) as JsonRpc[];
    expect(answers).toHaveLength(3);
    expect(answers).toEqual(
      expect.arrayContaining([
        { jsonrpc: '2.0', id: 'a', result: {} },
        expect.objectContaining({ id: 1, error: expect.objectContaining({ code: -32601 }) }),
        expect.objectContaining({ id: '1', result: { content: [{ type: 'text', text: 'x' }] } }),
      ]),
    );
  });

  it('G-37 a batch of one request is answered with an array of one response', async () => {
    expect(JSON.parse((await (await open()).post([request(1, 'ping')])).body)).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
    ]);
  });

  it('G-36, G-37 a batch of only notifications and responses is answered with 202', async () => {
    const session = await open();
    const notified = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect(await session.post([notified, notified])).toMatchObject({ status: 202, body: '' });
    expect(await session.post([{ jsonrpc: '2.0', id: 1, result: {} }])).toMatchObject({ status: 202, body: '' });
  });

  it('G-37 a batch whose requests send notifications becomes one stream that ends after the last response', async () => {
    const session = await open();
    const key = `batch ${adapter}`;
    const batch = [request('first', 'ping'), tool('loud', 'holdLoudly', { key }), tool(2, 'echo', { text: 'x' })];
    const stream = await SseClient.open(wire.port, session.raw(batch));
    await stream.message(({ id }) => id === 2);
    wire.gate.release(key);
    await stream.end();
    expect(stream.messages.map(({ id }) => id).filter((id) => id !== undefined)).toHaveLength(3);
    expect(stream.messages.at(-1)!.id).toBe('loud');
    expect(stream.messages.filter(({ method }) => method)).toHaveLength(1);
  });

  it('a cancelled request of a batch gets no response while the others do', async () => {
    const session = await open();
    const key = `batch cancelled ${adapter}`;
    const answer = session.post([tool('gone', 'hold', { key }), request('kept', 'ping')]);
    await wire.gate.reached(`waiting ${key}`);
    await session.notify('notifications/cancelled', { requestId: 'gone' });
    expect(JSON.parse((await answer).body)).toEqual([{ jsonrpc: '2.0', id: 'kept', result: {} }]);
  });

  it.each(LEGACY_REVISIONS.filter((revision) => revision !== '2025-03-26'))(
    'G-38 a batch is refused in %s',
    async (revision) => {
      const session = await open(revision);
      const reply = await session.post([request(1, 'ping')]);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ error: { code: -32600 } });
    },
  );

  it('G-4, G-38, G-39 a batch is refused when it is empty, contains initialize or has more than a hundred messages', async () => {
    const session = await open();
    const initialize = request(1, 'initialize', { protocolVersion: '2025-03-26', capabilities: {} });
    for (const batch of [[], [initialize], Array.from({ length: 101 }, (_, i) => request(i, 'ping'))]) {
      const reply = await session.post(batch);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ error: { code: -32600 } });
    }
  });
});
