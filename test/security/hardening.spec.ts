import { once } from 'node:events';
import { Agent, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, CLIENT_CAPABILITIES, MODERN, modern, post, PROTOCOL_VERSION } from '../fixtures/clients/mcp-requests.js';
import { begin, send, sendBytes } from '../fixtures/clients/raw-http.js';
import { ADAPTERS, wireApp, type WireApp, type WireAppOptions } from '../fixtures/applications/wire-app.js';

/** A connection that has sent a head and as much of its body as given, and keeps the rest to itself. */
async function halfSent(port: number, headers: string, body = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(`POST /mcp HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
  return socket;
}

async function answered(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString('latin1');
}

const HEAD = 'Host: localhost\r\nContent-Type: application/json';
const codeOf = (body: string): number | undefined => (JSON.parse(body) as { error?: { code: number } }).error?.code;

describe.each(ADAPTERS)('One client of a server on %s', (adapter) => {
  let wire: WireApp;
  afterEach(() => wire.close());
  const start = async (options: WireAppOptions = {}): Promise<WireApp> => (wire = await wireApp(adapter, options));

  it.each([
    ['a foreign Host', 'Host: evil.example\r\nContent-Type: application/json\r\nContent-Length: 1000', '403'],
    ['a foreign Origin', `${HEAD}\r\nOrigin: https://evil.example\r\nContent-Length: 1000`, '403'],
    ['another media type', 'Host: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000', '415'],
    ['a content coding', `${HEAD}\r\nContent-Encoding: gzip\r\nContent-Length: 1000`, '415'],
    ['a length beyond the limit', `${HEAD}\r\nContent-Length: 9000000000`, '413'],
    ['an expectation of such a length', `${HEAD}\r\nExpect: 100-continue\r\nContent-Length: 999999999`, '413'],
  ])('a client is refused for %s before it has sent a byte of its body', async (_what, headers, status) => {
    const { port } = await start();
    expect(await answered(await halfSent(port, headers))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('a client that expects 100-continue gets it when its head is good', async () => {
    const { port } = await start();
    const socket = await halfSent(port, `${HEAD}\r\nExpect: 100-continue\r\nContent-Length: 2`);
    expect(await answered(socket)).toMatch(/^HTTP\/1.1 100 /);
  });

  it('a client that goes on sending a refused body loses its connection', async () => {
    const { port } = await start();
    const socket = await halfSent(port, `${HEAD}\r\nContent-Length: 9000000000`);
    socket.resume();
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const write = (): void => {
      while (!socket.destroyed && sent < 64 * 1024 * 1024) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', write);
    write();
    await closed;
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it.each(['localhost', 'evil.example'])(
    'a body in chunks of one byte loses its connection, for the Host %s',
    async (host) => {
      const { port } = await start();
      const head = `Host: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked`;
      const socket = await halfSent(port, head, '1\r\nx\r\n'.repeat(5000));
      socket.resume();
      // Well before an endless body is given up.
      await once(socket, 'close', { signal: AbortSignal.timeout(3000) });
    },
  );

  it('a body in a thousand small chunks is served', async () => {
    const { port } = await start();
    const { headers, body } = call('echo', { text: 'x'.repeat(1000) });
    const lines = Object.entries(headers!).map(([name, value]) => `${name}: ${String(value)}`);
    const chunks = [...(body as string)].map((character) => `1\r\n${character}\r\n`).join('');
    const socket = await halfSent(
      port,
      ['Host: localhost', ...lines, 'Transfer-Encoding: chunked'].join('\r\n'),
      chunks,
    );
    socket.write('0\r\n\r\n');
    expect(await answered(socket)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('a client with half a body uses up its share of bytes, and gives it back when it leaves', async () => {
    const { port } = await start({ maxBodyBytes: 50_000, maxRequestBytesPerClient: 60_000, maxRequestBytes: 60_000 });
    const half = await halfSent(port, `${HEAD}\r\nContent-Length: 50000`, 'x'.repeat(40_000));
    const text = 'y'.repeat(30_000);
    await expect.poll(async () => (await send(port, call('echo', { text }))).status, { timeout: 5000 }).toBe(429);
    const refused = await send(port, call('echo', { text }));
    expect(refused.headers['retry-after']).toBe('1');
    half.destroy();
    await expect.poll(async () => (await send(port, call('echo', { text }))).status, { timeout: 5000 }).toBe(200);
  });

  it('a client gets 429 when it has as many requests in flight as its share allows', async () => {
    const { port, gate } = await start({ maxRequestsPerClient: 2 });
    const running = ['a', 'b'].map((key) => send(port, call('hold', { key })));
    await expect.poll(async () => (await send(port, modern('tools/list'))).status).toBe(429);
    const refused = await send(port, modern('tools/list'));
    expect(refused.headers['retry-after']).toBe('1');
    for (const key of ['a', 'b']) gate.release(key);
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(port, modern('tools/list'))).status).toBe(200);
  });

  it('a legacy call is cancelled when its client closes a response that is not a stream', async () => {
    const { port, mcp } = await start({ streamAfterMs: 60_000 });
    const session = await LegacySession.open(port);
    const hangUp = new AbortController();
    const headers = { 'mcp-session-id': session.id };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold', arguments: { key: 'k' } } };
    const running = begin(port, { ...post(message, headers), signal: hangUp.signal }).catch(() => undefined);
    await expect.poll(() => mcp.health().open.requests).toBe(1);
    hangUp.abort();
    await running;
    await expect.poll(() => mcp.health().open.requests).toBe(0);
  });

  it('a running call is cancelled when its session is ended', async () => {
    const { port, mcp } = await start();
    const session = await LegacySession.open(port);
    const headers = { 'mcp-session-id': session.id };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hold', arguments: { key: 'k' } } };
    const running = send(port, post(message, headers)).catch(() => undefined);
    await expect.poll(() => mcp.health().open.requests).toBe(1);
    expect((await send(port, { verb: 'DELETE', headers })).status).toBe(204);
    await expect.poll(() => mcp.health().open.requests).toBe(0);
    await running;
  });

  it('initialize refuses clientInfo and capabilities of more than some kilobytes', async () => {
    const { port, mcp } = await start();
    const initialize = (params: object) =>
      send(
        port,
        post({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', ...params } }),
      );
    const pad = 'x'.repeat(100_000);
    const info = await initialize({ capabilities: {}, clientInfo: { name: 'a', version: '1', pad } });
    expect([info.status, codeOf(info.body)]).toEqual([400, -32602]);
    const members = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`m${i}`, {}]));
    const capabilities = await initialize({
      capabilities: { experimental: members },
      clientInfo: { name: 'a', version: '1' },
    });
    expect([capabilities.status, codeOf(capabilities.body)]).toEqual([400, -32602]);
    expect(mcp.health().open.requests).toBe(0);
  });

  it('a task stores no capabilities and no clientInfo of more than some kilobytes', async () => {
    const { port, mcp } = await start();
    await mcp.registerTool({ name: 'job', task: 'optional' }, () => 'done');
    const extensions = { 'io.modelcontextprotocol/tasks': {} };
    const job = (said: Record<string, unknown>) =>
      send(port, modern('tools/call', { name: 'job', arguments: {} }, { meta: said }));
    const pad = 'x'.repeat(100_000);
    const capabilities = await job({ [CLIENT_CAPABILITIES]: { extensions, experimental: { pad } } });
    expect(codeOf(capabilities.body)).toBe(-32602);
    const declared = { [CLIENT_CAPABILITIES]: { extensions } };
    const info = { name: 'a', version: '1', pad };
    const named = await job({ ...declared, 'io.modelcontextprotocol/clientInfo': info });
    expect(codeOf(named.body)).toBe(-32602);
    expect(JSON.parse((await job(declared)).body)).toMatchObject({ result: { resultType: 'task' } });
  });

  it('a body with more members than allowed is refused', async () => {
    const { port } = await start({ maxJsonMembers: 1000 });
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`m${i}`, 0]));
    const reply = await send(port, call('echo', { text: 'x', ...many }));
    expect([reply.status, codeOf(reply.body)]).toEqual([400, -32700]);
    const numbers = await send(port, call('echo', { text: 'x', list: Array.from({ length: 1002 }, () => 1) }));
    expect(numbers.status).toBe(400);
  });

  it('ids and progress tokens of more than 256 characters are refused', async () => {
    const { port } = await start();
    const long = 'i'.repeat(257);
    expect((await send(port, modern('tools/list', {}, { id: long }))).status).toBe(400);
    expect((await send(port, modern('tools/list', {}, { id: long.slice(1) }))).status).toBe(200);
    expect((await send(port, modern('tools/list', {}, { meta: { progressToken: long } }))).status).toBe(400);
  });

  it('the absolute form of the URL does not reach the endpoint', async () => {
    const { port } = await start();
    const reply = await sendBytes(port, 'GET http://evil/mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(reply).toMatch(/^HTTP\/1.1 404 /);
  });

  it('a tool call may send null for no arguments', async () => {
    const { port } = await start();
    const params = { name: 'twins', arguments: null, _meta: { [PROTOCOL_VERSION]: MODERN, [CLIENT_CAPABILITIES]: {} } };
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'twins' };
    const reply = await send(port, post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers));
    expect(reply.body).not.toContain('must be an object');
  });
});

describe.each(ADAPTERS)('A server on %s without a keep-alive timeout', (adapter) => {
  it('a large response leaves no timeout on its connection', async () => {
    const sockets: Socket[] = [];
    const wire = await wireApp(adapter, {
      prepare: (app) => {
        const server = app.getHttpServer() as Server;
        server.keepAliveTimeout = 0;
        server.on('connection', (socket: Socket) => sockets.push(socket));
      },
    });
    await wire.mcp.registerTool({ name: 'large' }, () => 'z'.repeat(24 * 1024 * 1024));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await send(wire.port, { ...call('large'), agent })).status).toBe(200);
    expect((await send(wire.port, { ...call('echo', { text: 'x' }), agent })).status).toBe(200);
    expect(sockets).toHaveLength(1);
    await expect.poll(() => sockets[0]!.timeout ?? 0).toBe(0);
    agent.destroy();
    await wire.close();
  });
});

describe('A server on express with middleware that answers by itself', () => {
  it('the bytes of a request that middleware has answered are given back', async () => {
    const wire = await wireApp('express', {
      prepare: (app) =>
        void app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
          if (request.headers['x-blocked'] === undefined) return next();
          response.writeHead(401).end();
        }),
    });
    const blocked = call('echo', { text: 'x'.repeat(10_000) }, { headers: { 'x-blocked': '1' } });
    for (let i = 0; i < 3; i++) expect((await send(wire.port, blocked)).status).toBe(401);
    await expect.poll(() => wire.mcp.health().open.requestBytes).toBe(0);
    expect((await send(wire.port, call('echo', { text: 'x' }))).status).toBe(200);
    await wire.close();
  });
});
