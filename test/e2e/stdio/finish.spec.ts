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

describe('StdioConnection.finish()', () => {
  it('a stdio connection ends with its input', async () => {
    stdio.input.end();
    await stdio.connection.ended;
  });

  it('a stdio connection ends when its input is destroyed', async () => {
    stdio.input.destroy();
    await stdio.connection.ended;
  });

  it('a stdio connection ends when its output fails with EPIPE', async () => {
    stdio.output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await stdio.connection.ended;
    client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await stdio.connection.finish(LONG);
  });

  it('finish() writes responses that are ready soon after the input ended', async () => {
    const answer = client.call(1, 'echo', { text: 'last response' });
    stdio.input.end();
    await stdio.connection.ended;
    await stdio.connection.finish(LONG);
    expect((await answer).result.content[0].text).toBe('last response');
  });

  it('a last line without line feed is served', async () => {
    client.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    stdio.input.end();
    expect((await client.answer(1)).error?.message).toMatch(/initialize/);
  });

  it('finish() cancels requests that exceed its timeout', async () => {
    client.call(1, 'hold', { key: 'k' }).catch(() => {});
    await stdio.gate.reached('waiting k');
    await stdio.connection.finish(1);
    await stdio.gate.reached('cancelled k');
    expect(client.raw).toEqual([]);
  });

  it('neither finish() nor the shutdown waits for a method that ignores its cancellation', async () => {
    await stdio.mcp.registerTool({ name: 'uncancellable' }, () => {
      stdio.gate.mark('uncancellable runs');
      return new Promise(() => {});
    });
    client.call(1, 'uncancellable').catch(() => {});
    await stdio.gate.reached('uncancellable runs');
    await stdio.connection.finish(1);
    // If it waited for `drainTimeoutMs`, which is a minute, this test would time out.
    await stdio.app.close();
  });

  it('finish() does not wait for a request that was already cancelled', async () => {
    await stdio.mcp.registerTool({ name: 'uncancellable' }, () => {
      stdio.gate.mark('uncancellable runs');
      return new Promise(() => {});
    });
    client.call(1, 'uncancellable').catch(() => {});
    await stdio.gate.reached('uncancellable runs');
    client.notify('notifications/cancelled', { requestId: 1 });
    await client.call(2, 'echo', { text: 'fence' });
    await stdio.connection.finish(LONG);
  });

  it('finish() stops reading lines', async () => {
    await stdio.connection.finish(0);
    client.send({ jsonrpc: '2.0', id: 1, method: 'ping' });
    await once(stdio.output.end(), 'close');
    expect(client.raw).toEqual([]);
  });
});
