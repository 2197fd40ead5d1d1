import { LEGACY_REVISIONS, type MemorySessionStore, SessionStore } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { MODERN, post } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

describe.each(ADAPTERS)('legacy sessions on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter);
  });
  afterAll(() => wire.close());

  const body = (text: string) => JSON.parse(text) as JsonRpc;

  describe.each(LEGACY_REVISIONS)('%s', (revision) => {
    const open = () => LegacySession.open(wire.port, { revision });

    it('G-1, G-3 initialize negotiates the requested revision and names the server', async () => {
      const { welcome, id } = await open();
      expect(welcome).toMatchObject({
        protocolVersion: revision,
        serverInfo: { name: 'wire', version: '1.2.3' },
        instructions: 'Test.',
        capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} },
      });
      expect('completions' in welcome.capabilities).toBe(revision >= '2025-03-26');
      expect('title' in welcome.serverInfo).toBe(revision >= '2025-06-18');
      expect(id).toMatch(/^[\x21-\x7e]{22,}$/);
    });

    it('T-10 a legacy result has no members of the modern era', async () => {
      const session = await open();
      const answers = [
        session.welcome,
        (await session.request('ping')).result!,
        (await session.request('tools/list')).result!,
        (await session.request('resources/read', { uri: 'wire://fixed' })).result!,
        (await session.call('echo', { text: 'x' })).result!,
      ];
      expect(answers[1]).toEqual({});
      for (const answer of answers) {
        for (const key of ['resultType', 'ttlMs', 'cacheScope', '_meta']) expect(answer).not.toHaveProperty(key);
      }
    });

    it('G-10, G-11, SEC11 a request without a session is 400 and one for an unknown or ended session is 404, for every verb', async () => {
      const session = await open();
      expect(await session.end()).toMatchObject({ status: 204, body: '' });
      const ping = { jsonrpc: '2.0', id: 4, method: 'ping' };
      const accept = 'text/event-stream';
      for (const id of [session.id, 'never-was', 'x'.repeat(500), 'Zürich']) {
        const headers = { 'mcp-session-id': id };
        const replies = [
          await send(wire.port, post(ping, headers)),
          await send(wire.port, { verb: 'GET', headers: { accept, ...headers } }),
          await send(wire.port, { verb: 'DELETE', headers }),
        ];
        for (const reply of replies) {
          expect(reply.status).toBe(404);
          expect(body(reply.body).error).toEqual({ code: -32001, message: 'Session not found' });
        }
        expect(body(replies[0]!.body).id).toBe(4);
      }
      for (const request of [post(ping), { verb: 'GET', headers: { accept } }, { verb: 'DELETE' }]) {
        expect(await send(wire.port, request)).toMatchObject({ status: 400 });
      }
    });

    it('§6.3 any legacy version header is accepted and no other, and the negotiated revision is served', async () => {
      const session = await open();
      const ping = session.message('ping');
      for (const version of [undefined, ...LEGACY_REVISIONS]) {
        expect(await session.post(ping, { 'mcp-protocol-version': version })).toMatchObject({ status: 200 });
      }
      for (const version of ['2024-01-01', 'garbage', '', MODERN]) {
        expect(await session.post(ping, { 'mcp-protocol-version': version })).toMatchObject({ status: 400 });
      }
    });

    it('G-16 notifications and responses are answered with 202 and no body', async () => {
      const session = await open();
      const bodies = [
        { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
        { jsonrpc: '2.0', method: 'notifications/unheard-of', params: {} },
        { jsonrpc: '2.0', id: 'nobody-asked', result: {} },
        { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
      ];
      for (const one of bodies) expect(await session.post(one)).toMatchObject({ status: 202, body: '' });
    });

    it('R-8, §2.2 errors have status 200 and the codes of the legacy era', async () => {
      const session = await open();
      const codeOf = async (method: string, params?: Record<string, unknown>) =>
        (await session.request(method, params)).error!.code;
      expect(await codeOf('server/discover')).toBe(-32601);
      expect(await codeOf('subscriptions/listen', { notifications: {} })).toBe(-32601);
      expect(await codeOf('constructor')).toBe(-32601);
      expect(await codeOf('tools/call', { name: 'nope' })).toBe(-32602);
      expect(await codeOf('resources/read', { uri: 'wire://nope' })).toBe(-32002);
      expect(await codeOf('resources/read', { uri: 'wire://item/gone' })).toBe(-32002);
      expect(await codeOf('resources/subscribe', { uri: 'wire://nope' })).toBe(-32002);
      expect(await codeOf('prompts/get', { name: 'nope' })).toBe(-32602);
      expect(await codeOf('logging/setLevel', { level: 'loud' })).toBe(-32602);
      expect(await codeOf('tools/list', { cursor: '' })).toBe(-32602);
      const reply = await session.post(session.message('server/discover'));
      expect(reply.status).toBe(200);
    });

    it('I-2 the response keeps the type of the request id', async () => {
      const session = await open();
      for (const id of [0, '0', '', -5]) expect((await session.request('ping', {}, id)).id).toBe(id);
    });
  });

  it.each(['1999-01-01', '2099-01-01', MODERN, 'latest', ''])(
    'G-1, E-7 initialize with the revision "%s" is answered with the newest legacy revision',
    async (revision) => {
      const { welcome } = await LegacySession.open(wire.port, { revision });
      expect(welcome.protocolVersion).toBe('2025-11-25');
    },
  );

  it('G-2 initialize is accepted with any legacy version header', async () => {
    for (const version of LEGACY_REVISIONS) {
      const reply = await send(wire.port, initializeRequest({ headers: { 'mcp-protocol-version': version } }));
      expect(reply.status).toBe(200);
    }
  });

  it.each([undefined, {}, { protocolVersion: 5 }, { protocolVersion: '2025-11-25', capabilities: [] }])(
    'initialize with the parameters %j is refused with -32602 and opens no session',
    async (params) => {
      const reply = await send(wire.port, post({ jsonrpc: '2.0', id: 'i', method: 'initialize', params }));
      expect(reply.headers).not.toHaveProperty('mcp-session-id');
      expect(body(reply.body)).toMatchObject({ id: 'i', error: { code: -32602 } });
    },
  );

  it('G-5 initialize is refused in a live session and opens a new one for an unknown or invalid session id', async () => {
    const session = await LegacySession.open(wire.port);
    const again = (id: string) => send(wire.port, initializeRequest({ headers: { 'mcp-session-id': id } }));
    const refused = await again(session.id);
    expect(refused.status).toBe(400);
    expect(body(refused.body)).toMatchObject({ id: 0, error: { code: -32600 } });
    await session.end();
    for (const id of [session.id, 'x'.repeat(5000), 'ü']) {
      const fresh = await again(id);
      expect(fresh.status).toBe(200);
      expect(fresh.headers['mcp-session-id']).not.toBe(session.id);
    }
  });

  it('G-9 no two sessions get the same id', async () => {
    const sessions = await Promise.all(Array.from({ length: 50 }, () => LegacySession.open(wire.port)));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(50);
  });

  it('G-12 DELETE ends the standalone stream and the streams of running requests', async () => {
    const session = await LegacySession.open(wire.port);
    const key = `deleted ${adapter}`;
    const standalone = await session.get();
    const running = await session.stream('holdLoudly', { key });
    await running.message(({ method }) => method === 'notifications/message');
    await session.end();
    await Promise.all([standalone.end(), running.end()]);
    expect(standalone.complete && running.complete).toBe(true);
    expect(running.messages.some(({ id }) => id !== undefined)).toBe(false);
    wire.gate.release(key);
    expect(await session.post(session.message('ping'))).toMatchObject({ status: 404 });
    await expect(session.get(running.lastEventId)).rejects.toThrow('404');
  });

  it('a session whose client leaves without DELETE expires, and one with an open stream does not', async () => {
    const short = await wireApp(adapter, { sessionIdleTtlMs: 150 });
    const store = short.app.get(SessionStore) as MemorySessionStore;
    const [listening, gone] = await Promise.all([LegacySession.open(short.port), LegacySession.open(short.port)]);
    const standalone = await listening.get();
    await (await gone.get()).close();
    await expect.poll(() => store.sizes.sessions, { timeout: 5000 }).toBe(1);
    expect(await gone.post(gone.message('ping'))).toMatchObject({ status: 404 });
    expect(await listening.post(listening.message('ping'))).toMatchObject({ status: 200 });
    await standalone.close();
    await short.close();
  });

  it('initialize is answered with 503 and Retry-After when there are too many sessions with open streams', async () => {
    const small = await wireApp(adapter, { maxSessions: 2, maxSessionsPerClient: 2 });
    const sessions = [await LegacySession.open(small.port), await LegacySession.open(small.port)];
    const streams = await Promise.all(sessions.map((session) => session.get()));
    const refused = await send(small.port, initializeRequest());
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    await streams[0]!.close();
    await expect.poll(async () => (await send(small.port, initializeRequest())).status).toBe(200);
    await streams[1]!.close();
    await small.close();
  });

  it('initialize is answered with 429 and Retry-After for a client whose share of sessions all have open streams', async () => {
    const small = await wireApp(adapter, { maxSessions: 4 });
    const sessions = [await LegacySession.open(small.port), await LegacySession.open(small.port)];
    const streams = await Promise.all(sessions.map((session) => session.get()));
    const refused = await send(small.port, initializeRequest());
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    for (const stream of streams) await stream.close();
    await small.close();
  });

  it('initialize ends the longest idle session when there are as many as allowed', async () => {
    const small = await wireApp(adapter, { maxSessions: 2, maxSessionsPerClient: 2 });
    const first = await LegacySession.open(small.port);
    const second = await LegacySession.open(small.port);
    await LegacySession.open(small.port);
    const ping = (session: LegacySession) =>
      send(small.port, post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': session.id }));
    expect((await ping(first)).status).toBe(404);
    expect((await ping(second)).status).toBe(200);
    await small.close();
  });

  it('GET is answered with 406 when the client does not accept streams and with 503 when there are too many', async () => {
    const small = await wireApp(adapter, { maxStreams: 1 });
    const session = await LegacySession.open(small.port);
    const { headers } = session.getRequest();
    const picky = { verb: 'GET', headers: { ...headers, accept: 'application/json' } };
    expect(await send(small.port, picky)).toMatchObject({ status: 406 });
    const other = await LegacySession.open(small.port);
    const stream = await session.get();
    const full = await send(small.port, other.getRequest());
    expect(full).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    await stream.close();
    await expect.poll(() => SseClient.open(small.port, other.getRequest()).then(() => 'open', String)).toBe('open');
    await small.close();
  });
});
