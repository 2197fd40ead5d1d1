import { afterEach, describe, expect, it, vi } from 'vitest';
import { Endpoint, HttpRefusal, type Traffic } from '../../../inspector/src/mcp/endpoint.js';
import type { Message } from '../../../inspector/src/mcp/messages.js';

const REQUEST: Message = { jsonrpc: '2.0', id: 1, method: 'ping' };

/** What one request is answered, and what the page records of it. */
async function answered(status: number, body: unknown, headers: Record<string, string> = {}) {
  const content = { 'content-type': 'application/json', ...headers };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status, headers: content }));
  const traffic: Traffic[] = [];
  const endpoint = new Endpoint('http://127.0.0.1/mcp', {}, (one) => void traffic.push(one));
  const messages: Message[] = [];
  const outcome = await (async () => {
    for await (const message of (await endpoint.post(REQUEST, {})).messages()) messages.push(message);
  })().catch((error: unknown) => error);
  return { messages, outcome, received: traffic.slice(1).map(({ message }) => message) };
}

describe('the endpoint as the page sees it', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('a JSON-RPC error without an id is a refusal of the whole request, with what a client would need', async () => {
    const body = { jsonrpc: '2.0', error: { code: -32001, message: 'Who asks?' } };
    const { messages, outcome, received } = await answered(401, body, { 'www-authenticate': 'Bearer' });
    expect(messages).toEqual([]);
    expect(outcome).toBeInstanceOf(HttpRefusal);
    expect(outcome).toMatchObject({
      status: 401,
      message: 'HTTP 401: Who asks?',
      challenge: 'Bearer',
      isPassing: false,
    });
    expect(received).toEqual([body]);
  });

  it('an error of the framework is a refusal, which may pass', async () => {
    const { outcome, received } = await answered(503, { statusCode: 503 });
    expect(outcome).toMatchObject({ status: 503, isPassing: true });
    expect(received).toEqual([]);
  });

  it('a JSON-RPC error that answers the request is a message', async () => {
    const body = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'Unknown tool' } };
    const { messages, outcome } = await answered(400, body);
    expect([messages, outcome]).toEqual([[body], undefined]);
  });
});
