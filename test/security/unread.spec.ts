import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, type Id } from '../fixtures/clients/mcp-requests.js';
import { send, type RawRequest } from '../fixtures/clients/raw-http.js';
import { ADAPTERS, type AdapterName, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

/** More than the kernel takes on its own. */
const LARGE = 'z'.repeat(24 * 1024 * 1024);
const MIB = 1024 * 1024;
const SOON = { timeout: 4000 };

/** The bytes of one or more requests, as one connection sends them. */
function bytesOf(...requests: RawRequest[]): string {
  const texts = requests.map(({ headers, body }) => {
    const lines = Object.entries(headers!).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const length = Buffer.byteLength(body as string);
    return `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${lines.join('')}\r\n${body as string}`;
  });
  return texts.join('');
}

/** A client that sends requests and never reads an answer. */
async function unread(port: number, ...requests: RawRequest[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.pause();
  socket.write(bytesOf(...requests));
  return socket;
}

const JSON_ONLY = { accept: 'application/json' };
const tool = (id: Id, name: string) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });

/** An application with tools whose answers are large. */
async function largeAnswers(adapter: AdapterName): Promise<WireApp> {
  const wire = await wireApp(adapter);
  await wire.mcp.registerTool({ name: 'large' }, () => LARGE);
  await wire.mcp.registerTool({ name: 'half' }, () => LARGE.slice(0, 14 * MIB));
  await wire.mcp.registerTool({ name: 'largeStream' }, (_args, ctx) => {
    ctx.progress(1);
    return LARGE;
  });
  return wire;
}

const heldBy = ({ mcp }: WireApp): number => mcp.health().open.requestBytes;

const connectionsTo = ({ app }: WireApp): Promise<number> =>
  new Promise((resolve) => (app.getHttpServer() as Server).getConnections((_error, count) => resolve(count)));

describe.each(ADAPTERS)('Answers that nobody reads, on %s', (adapter) => {
  let wire: WireApp;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await wire.close();
  });
  const start = async (): Promise<void> => void (wire = await largeAnswers(adapter));
  const open = async (...requests: RawRequest[]): Promise<Socket> => {
    const socket = await unread(wire.port, ...requests);
    sockets.push(socket);
    return socket;
  };
  const held = (): number => heldBy(wire);

  it('an unread answer counts for the share of its client, who gets 429 for the next large one', async () => {
    await start();
    await open(call('large', {}, JSON_ONLY));
    await expect.poll(held, SOON).toBeGreaterThan(20 * MIB);
    const refused = await send(wire.port, call('large', {}, JSON_ONLY));
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('1');
    expect(JSON.parse(refused.body)).toMatchObject({ id: 1, error: { message: expect.stringContaining('unread') } });
    expect((await send(wire.port, call('echo', { text: 'x' }))).status).toBe(200);
  });

  it('what was unread is given back when its client has read it, or has left', async () => {
    await start();
    const socket = await open(call('large', {}, JSON_ONLY));
    await expect.poll(held, SOON).toBeGreaterThan(20 * MIB);
    socket.resume();
    await expect.poll(held, SOON).toBe(0);
    const other = await open(call('large', {}, JSON_ONLY));
    await expect.poll(held, SOON).toBeGreaterThan(20 * MIB);
    other.destroy();
    await expect.poll(held, SOON).toBe(0);
    expect((await send(wire.port, call('large', {}, JSON_ONLY))).status).toBe(200);
  });

  it('a stream counts for the share of its client, too, and a second one is cut', async () => {
    await start();
    await open(call('largeStream', {}, { meta: { progressToken: 'p' } }));
    await expect.poll(held, SOON).toBeGreaterThan(10 * MIB);
    await open(call('largeStream', {}, { meta: { progressToken: 'p' } }));
    await expect.poll(() => connectionsTo(wire), SOON).toBe(1);
  });

  it('pipelined calls are cancelled when their client leaves', async () => {
    await start();
    const socket = await open(...['a', 'b', 'c'].map((key) => call('hold', { key })));
    await expect.poll(() => wire.mcp.health().open.requests, SOON).toBe(3);
    socket.destroy();
    await expect.poll(() => wire.mcp.health().open.requests, SOON).toBe(0);
  });

  it('a large answer to HEAD, or to any method that is not served, has no body that could be left unread', async () => {
    await start();
    for (const verb of ['HEAD', 'PUT']) {
      const reply = await send(wire.port, { verb, headers: {} });
      expect([reply.status, reply.body]).toEqual([405, '']);
    }
  });

  it('a batch of many large calls is answered with errors beyond the limit, and holds little meanwhile', async () => {
    await start();
    const session = await LegacySession.open(wire.port, { revision: '2025-03-26' });
    await wire.mcp.registerTool({ name: 'some' }, () => LARGE.slice(0, 4 * MIB));
    const batch = Array.from({ length: 20 }, (_, id) => tool(id, 'some'));
    const reply = await send(wire.port, session.raw(batch, JSON_ONLY));
    const answers = JSON.parse(reply.body) as { result?: object; error?: { message: string } }[];
    expect(answers.filter(({ result }) => result).length).toBeLessThanOrEqual(4);
    expect(answers.filter(({ error }) => error?.message.includes('too large together')).length).toBeGreaterThan(15);
  });
});

const FORMS: Record<string, (wire: WireApp) => Promise<Socket>> = {
  'a large answer': ({ port }) => unread(port, call('large', {}, JSON_ONLY)),
  'a batch': async ({ port }) => {
    const session = await LegacySession.open(port, { revision: '2025-03-26' });
    return unread(port, session.raw([tool(1, 'half'), tool(2, 'echo')], JSON_ONLY));
  },
  'a stream that has ended': ({ port }) => unread(port, call('largeStream', {}, { meta: { progressToken: 'p' } })),
  'pipelined requests': ({ port }) => unread(port, call('large', {}, JSON_ONLY), call('large', {}, JSON_ONLY)),
};

describe('Answers that nobody reads for some seconds', () => {
  const cases = ADAPTERS.flatMap((adapter) =>
    Object.entries(FORMS).map(([form, ask]) => [form, adapter, ask] as const),
  );

  // Side by side, because each of them waits for ten seconds.
  it.concurrent.for(cases)(
    'a client that does not read %s is disconnected, on %s',
    { timeout: 20_000 },
    async ([_form, adapter, ask], { expect: expectHere }) => {
      const wire = await largeAnswers(adapter);
      const socket = await ask(wire);
      await expectHere.poll(() => heldBy(wire), SOON).toBeGreaterThan(5 * MIB);
      await expectHere.poll(() => connectionsTo(wire), { timeout: 12_000 }).toBe(0);
      await expectHere.poll(() => heldBy(wire), SOON).toBe(0);
      socket.destroy();
      await wire.close();
    },
  );
});
