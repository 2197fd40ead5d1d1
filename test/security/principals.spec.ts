import { PrincipalRefusedError, PrincipalResolver, type Principal, type PrincipalRequest } from 'nestjs-mcp-fleet';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { initializeRequest, LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, modern } from '../fixtures/clients/mcp-requests.js';
import { send, type RawReply, type RawRequest } from '../fixtures/clients/raw-http.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

/** `Bearer <subject>.<how often the token was refreshed>`. */
class Tokens extends PrincipalResolver {
  override async resolve({ headers }: PrincipalRequest): Promise<Principal | undefined> {
    await delay(1);
    const token = /^Bearer (\w+)\./.exec(String(headers.authorization))?.[1];
    if (token === 'expired') throw new PrincipalRefusedError(401, 'expired', 'Bearer error="invalid_token"');
    if (token === 'nest401') throw new UnauthorizedException();
    if (token === 'nest403') throw new ForbiddenException();
    if (token === 'weak') throw new PrincipalRefusedError(403, 'no', 'Bearer error="insufficient_scope", scope="x"');
    if (token === 'crash') throw new Error('the key server is unreachable at 10.0.0.7');
    return token === undefined ? undefined : { issuer: 'https://as.example', subject: token };
  }
}

const as = (who: string, refresh = 0) => ({ authorization: `Bearer ${who}.${refresh}` });

describe.each(ADAPTERS)('session ownership (SEC3, SEC4, SEC13) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { providers: [{ provide: PrincipalResolver, useClass: Tokens }] });
  });
  afterAll(() => wire.close());

  const open = (who: string) => LegacySession.open(wire.port, { headers: as(who) });
  const withHeaders = (request: RawRequest, headers: Record<string, string | undefined>): RawRequest => {
    const merged = { ...request.headers, ...headers };
    return { ...request, headers: Object.fromEntries(Object.entries(merged).filter(([, v]) => v !== undefined)) };
  };
  const seen = ({ status, body, headers: { date: _, ...headers } }: RawReply) => ({ status, body, headers });

  it('SEC3, G-13 a session of another principal is answered exactly like an unknown session', async () => {
    const mine = await open('alice');
    const stream = await mine.stream('speak', { count: 1 });
    await stream.end();
    const requests: RawRequest[] = [
      mine.raw(mine.message('ping', {}, 1)),
      mine.raw(mine.message('tools/call', { name: 'echo', arguments: { text: 'x' } }, 2)),
      mine.raw({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      mine.raw({ jsonrpc: '2.0', id: 1, result: {} }),
      mine.getRequest(),
      mine.getRequest(stream.frames[0]!.id),
      mine.getRequest('g_0-0'),
      { verb: 'DELETE', headers: { 'mcp-session-id': mine.id } },
    ];
    for (const request of requests) {
      for (const other of [as('bob'), { authorization: undefined }]) {
        const foreign = await send(wire.port, withHeaders(request, other));
        const unknown = await send(wire.port, withHeaders(request, { ...other, 'mcp-session-id': 'A'.repeat(24) }));
        expect(foreign.status).toBe(404);
        expect(seen(foreign)).toEqual(seen(unknown));
      }
    }
    expect(await mine.post(mine.message('ping'))).toMatchObject({ status: 200 });
  });

  it('SEC3 a session survives the refresh of its token', async () => {
    const mine = await open('alice');
    const reply = await mine.post(mine.message('ping'), as('alice', 7));
    expect(reply.status).toBe(200);
    expect(await send(wire.port, withHeaders(mine.getRequest('g_0-0x'), as('alice', 8)))).toMatchObject({
      status: 400,
    });
  });

  it('SEC3 another principal cannot take over a stream', async () => {
    const mine = await open('alice');
    const stream = await mine.get();
    await stream.frame(({ id }) => id !== undefined);
    expect(await send(wire.port, withHeaders(mine.getRequest(), as('bob')))).toMatchObject({ status: 404 });
    expect(await wire.mcp.sendToSession(mine.id, { level: 'error', data: 'still' })).toBe('delivered');
    await stream.message(({ params }) => params?.data === 'still');
    await stream.close();
  });

  it('Z-14 another principal cannot cancel a request', async () => {
    const mine = await open('alice');
    const key = `alice ${adapter}`;
    const answer = mine.call('hold', { key }, 1);
    await wire.gate.reached(`waiting ${key}`);
    const cancel = mine.raw({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(await send(wire.port, withHeaders(cancel, as('bob')))).toMatchObject({ status: 404 });
    wire.gate.release(key);
    expect(await answer).toMatchObject({ result: { content: [{ text: key }] } });
  });

  it('SEC13 every request in a session is authenticated on its own', async () => {
    const mine = await open('alice');
    const anonymous = withHeaders(mine.raw(mine.message('ping')), { authorization: undefined });
    expect(await send(wire.port, anonymous)).toMatchObject({ status: 404 });
    const again = await send(wire.port, initializeRequest({ headers: { ...as('bob'), 'mcp-session-id': mine.id } }));
    expect(again.status).toBe(200);
    expect(again.headers['mcp-session-id']).not.toBe(mine.id);
  });

  it('sendToPrincipal() reaches the sessions of one principal and of no other', async () => {
    const [alice, bob] = await Promise.all([open('carol'), open('dave')]);
    const streams = await Promise.all([alice.get(), bob.get()]);
    await Promise.all(streams.map((stream) => stream.frame(({ id }) => id !== undefined)));
    const principal = { issuer: 'https://as.example', subject: 'carol' };
    expect(await wire.mcp.sendToPrincipal(principal, { level: 'error', data: 'carol only' })).toBe('delivered');
    await streams[0]!.message(({ params }) => params?.data === 'carol only');
    expect(streams[1]!.messages).toEqual([]);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it.each([
    ['expired', 401, 'Bearer error="invalid_token"'],
    ['nest401', 401, 'Bearer'],
    ['weak', 403, 'Bearer error="insufficient_scope", scope="x"'],
    ['nest403', 403, undefined],
  ])('0e, A-25 the token "%s" is answered with %i before the request is read', async (who, status, challenge) => {
    const requests = [
      call('echo', { text: 'x' }, { headers: as(who) }),
      { ...modern('tools/list', {}, { headers: as(who) }), body: '{' },
      { verb: 'GET', headers: as(who) },
      { verb: 'DELETE', headers: as(who) },
    ];
    for (const request of requests) {
      const reply = await send(wire.port, request);
      expect(reply.status).toBe(status);
      expect(reply.headers['www-authenticate']).toBe(challenge);
      expect(JSON.parse(reply.body)).not.toHaveProperty('id');
    }
  });

  it('27 a principal resolver that crashes is answered with 500 and reveals nothing', async () => {
    const reply = await send(wire.port, call('echo', { text: 'x' }, { headers: as('crash') }));
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: -32603, message: 'Internal error' } });
    expect(reply.body).not.toContain('10.0.0.7');
  });
});
