import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionStore } from 'nestjs-mcp-fleet';
import { LOG_LEVEL } from '../../fixtures/mcp-requests.js';
import type { LineClient } from './line-client.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

let stdio: StdioApp;
let client: LineClient;
beforeEach(async () => {
  stdio = await stdioApp({ maxBodyBytes: 10_000 });
  client = stdio.client;
});
afterEach(async () => {
  await stdio.close();
  expect(client.junk).toEqual([]);
});

/** Answered after everything that was sent before it. */
const fence = () => client.call('fence', 'echo', { text: 'fence' });

describe('cancellation (D-3)', () => {
  it('means the id with its type: "1" is not 1', async () => {
    const answers = [client.call(1, 'hold', { key: 'number' }), client.call('1', 'hold', { key: 'string' })];
    await Promise.all([stdio.gate.reached('waiting number'), stdio.gate.reached('waiting string')]);
    client.notify('notifications/cancelled', { requestId: '1', reason: 'changed my mind' });
    await stdio.gate.reached('cancelled string');
    expect(stdio.gate.has('cancelled number')).toBe(false);
    stdio.gate.release('number');
    expect((await answers[0])!.result.content[0].text).toBe('number');
    await fence();
    expect(client.messages.filter(({ id }) => id === '1')).toEqual([]);
    answers[1]!.catch(() => {});
  });

  it('is followed by nothing: no answer, no progress', async () => {
    client.send({
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'holdLoudly', arguments: { key: 'k' }, _meta: modernMeta({ progressToken: 'p' }) },
    });
    await client.notification('notifications/progress');
    client.notify('notifications/cancelled', { requestId: 7 });
    await stdio.gate.reached('cancelled k');
    const before = client.raw.length;
    stdio.gate.release('k');
    await fence();
    expect(client.raw.slice(before)).toHaveLength(1);
  });

  it.each([[{}], [{ requestId: null }], [{ requestId: 'nobody' }], [{ requestId: {} }]])(
    'of %j is ignored',
    async (params) => {
      client.notify('notifications/cancelled', params);
      expect((await fence()).result).toBeDefined();
    },
  );
});

describe('what a request says before its answer', () => {
  it('comes in order', async () => {
    const answer = client.call(1, 'speak', { count: 3 }, { progressToken: 't', [LOG_LEVEL]: 'error' });
    expect((await answer).result.content[0].text).toBe('said 3');
    const said = client.messages.map(({ method, params }) =>
      method ? `${method} ${params.progress ?? params.data.i}` : 'answer',
    );
    const step = (i: number) => [`notifications/progress ${i}`, `notifications/message ${i}`];
    expect(said).toEqual([...step(1), ...step(2), ...step(3), 'answer']);
  });

  it('is left out unless it was asked for', async () => {
    await client.call(1, 'speak', { count: 3 });
    expect(client.messages).toHaveLength(1);
  });
});

describe('many at once', () => {
  it('1000 requests in one write get 1000 answers, each its own', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => i);
    const lines = ids.map((id) => toolCall(id, 'echo', { text: `text ${id}` }));
    client.write(lines.join(''));
    const answers = await Promise.all(ids.map((id) => client.answer(id)));
    for (const { id, result } of answers) expect(result.content[0].text).toBe(`text ${id}`);
    expect(client.raw).toHaveLength(1000);
  });

  it('a slow one holds nobody up', async () => {
    const slow = client.call('slow', 'hold', { key: 'slow' });
    expect((await client.call('quick', 'echo', { text: 'x' })).result).toBeDefined();
    stdio.gate.release('slow');
    expect((await slow).result.content[0].text).toBe('slow');
  });
});

describe('lines that are no messages', () => {
  it.each([
    ['junk', 'hello?', -32700],
    ['half a message', '{"jsonrpc":"2.0"', -32700],
    ['two messages in one', '{"jsonrpc":"2.0","method":"a"}{"jsonrpc":"2.0","method":"b"}', -32700],
    ['a duplicate key', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700],
    ['something too deep', '['.repeat(100) + ']'.repeat(100), -32700],
    ['a number', '42', -32600],
    ['null', 'null', -32600],
    ['no JSON-RPC', '{"id":1,"method":"ping"}', -32600],
    ['an empty batch', '[]', -32600],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
  ])('%s is answered, and the next line is served', async (_what, line, code) => {
    client.write(`${line}\n`);
    expect((await client.until(({ error }) => error !== undefined)).error?.code).toBe(code);
    expect((await fence()).result).toBeDefined();
  });

  it('invalid UTF-8 is refused: a name must not change on the way', async () => {
    client.write(
      Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}\n'),
      ]),
    );
    expect((await client.until(({ error }) => error !== undefined)).error?.code).toBe(-32700);
    expect((await fence()).result).toBeDefined();
  });

  it('a line over the limit is skipped to its end, in whatever pieces it comes', async () => {
    for (let i = 0; i < 30; i++) client.write('x'.repeat(1000));
    client.write('\n');
    const { error } = await client.until((line) => line.error !== undefined);
    expect(error).toMatchObject({ code: -32600, message: expect.stringContaining('too large') });
    expect((await fence()).result).toBeDefined();
    expect(client.raw).toHaveLength(2);
  });

  it('responses nobody waits for and unknown notifications are ignored', async () => {
    client.send({ jsonrpc: '2.0', id: 9, result: {} });
    client.send({ jsonrpc: '2.0', id: 9, error: { code: 1, message: 'x' } });
    client.notify('notifications/unheard_of', { a: 1 });
    await fence();
    expect(client.raw).toHaveLength(1);
  });

  it('blank lines and CRLF are fine', async () => {
    client.write(`\r\n  \n${toolCall(1, 'echo', { text: 'windows' }).trimEnd()}\r\n`);
    expect((await client.answer(1)).result.content[0].text).toBe('windows');
    expect(client.raw).toHaveLength(1);
  });

  it('a message may come byte by byte', async () => {
    for (const byte of Buffer.from(toolCall(1, 'echo', { text: 'größer ✓' }))) client.write(Buffer.from([byte]));
    expect((await client.answer(1)).result.content[0].text).toBe('größer ✓');
  });
});

describe('a store that is away', () => {
  it('is answered as an internal error: the client would wait for ever', async () => {
    await client.initialize();
    const sessions = stdio.app.get(SessionStore);
    const load = vi.spyOn(sessions, 'load').mockRejectedValue(new Error('the password of redis'));
    const { error } = await client.request(1, 'tools/list');
    expect(error).toEqual({ code: -32603, message: 'Internal error' });
    load.mockRestore();
    expect((await client.request(2, 'tools/list')).result).toBeDefined();
  });
});

const modernMeta = (meta: object) => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  ...meta,
});

function toolCall(id: number, name: string, args: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args, _meta: modernMeta({}) } })}\n`;
}
