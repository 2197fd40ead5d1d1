import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineClient } from './line-client.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

let stdio: StdioApp;
let client: LineClient;
beforeEach(async () => {
  stdio = await stdioApp({ drainTimeoutMs: 60_000 });
  client = stdio.client;
});
afterEach(() => stdio.close());

const LONG = 60_000;

describe('the end of the connection', () => {
  it('is the end of the input', async () => {
    stdio.input.end();
    await stdio.connection.ended;
  });

  it('is an input that breaks', async () => {
    stdio.input.destroy();
    await stdio.connection.ended;
  });

  it('is an output nobody reads any more (EPIPE)', async () => {
    stdio.output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await stdio.connection.ended;
    client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await stdio.connection.finish(LONG);
  });

  it('lets answers out that are nearly ready: echo … | node main.js', async () => {
    const answer = client.call(1, 'echo', { text: 'last words' });
    stdio.input.end();
    await stdio.connection.ended;
    await stdio.connection.finish(LONG);
    expect((await answer).result.content[0].text).toBe('last words');
  });

  it('serves a last line without line feed', async () => {
    client.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    stdio.input.end();
    expect((await client.answer(1)).error?.message).toMatch(/initialize/);
  });

  it('cancels what takes longer than it may', async () => {
    client.call(1, 'hold', { key: 'k' }).catch(() => {});
    await stdio.gate.reached('waiting k');
    await stdio.connection.finish(1);
    await stdio.gate.reached('cancelled k');
    expect(client.raw).toEqual([]);
  });

  it('waits for no method that heeds no cancellation, and neither does the shutdown', async () => {
    await stdio.mcp.registerTool({ name: 'deaf' }, () => {
      stdio.gate.mark('deaf runs');
      return new Promise(() => {});
    });
    client.call(1, 'deaf').catch(() => {});
    await stdio.gate.reached('deaf runs');
    await stdio.connection.finish(1);
    // With `drainTimeoutMs` of a minute this test would time out.
    await stdio.app.close();
  });

  it('waits for no request that was cancelled already', async () => {
    await stdio.mcp.registerTool({ name: 'deaf' }, () => {
      stdio.gate.mark('deaf runs');
      return new Promise(() => {});
    });
    client.call(1, 'deaf').catch(() => {});
    await stdio.gate.reached('deaf runs');
    client.notify('notifications/cancelled', { requestId: 1 });
    await client.call(2, 'echo', { text: 'fence' });
    await stdio.connection.finish(LONG);
  });

  it('takes no more lines', async () => {
    await stdio.connection.finish(0);
    client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await once(stdio.output.end(), 'close');
    expect(client.raw).toEqual([]);
  });
});
