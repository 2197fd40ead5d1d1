import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES, modern } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { RoundRobin } from '../fixtures/network/round-robin.js';
import { type JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';

const of = (method: string) => (message: JsonRpc) => message.method === method;
const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;
const log = (data: unknown) => ({ level: 'error' as const, data });
const text = (result: unknown): string =>
  (result as { content: { text: string }[] }).content.map((c) => c.text).join('');
const ACCEPT_REGION = { action: 'accept', content: { region: 'north' } };
const ACCEPT_PARTY = { action: 'accept', content: { travellers: 2 } };

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe.each(['fastify', 'express'] as const)('two instances on %s', (adapter) => {
  let a: FleetApp;
  let b: FleetApp;
  let balancer: RoundRobin;
  beforeAll(async () => {
    const options = { redis: redis.url, redisPrefix: `two-${adapter}`, streamAfterMs: 100 };
    [a, b] = await Promise.all([fleetApp(options, adapter), fleetApp(options, adapter)]);
    balancer = await RoundRobin.start([a.port, b.port]);
  });
  afterAll(async () => {
    await balancer.close();
    await Promise.all([a.close(), b.close()]);
    expect([...a.logs.errors, ...b.logs.errors]).toEqual([]);
  });

  describe('a legacy session', () => {
    const open = (capabilities?: Record<string, unknown>) => LegacySession.open(a.port, { capabilities });
    const there = (session: LegacySession) => session.at(b.port);

    it('a session opened on A is called on B', async () => {
      const session = await open();
      const answer = await there(session).call('echo', { text: 'hello' });
      expect(text(answer.result)).toBe('hello');
    });

    it('a session opened on A gets messages of either instance on B, and ending it on B ends it on A (rows 1, 5, 7)', async () => {
      const session = await open();
      const onA = await session.get();
      await onA.frame(({ id }) => id !== undefined);
      expect(await b.mcp.sendToSession(session.id, log('from B'))).toBe('delivered');
      expect(await a.mcp.sendToSession(session.id, log('from A'))).toBe('delivered');
      await onA.message(hasData('from A'));
      expect(onA.messages.map(({ params }) => params!.data as string)).toEqual(['from B', 'from A']);
      expect((await there(session).end()).status).toBe(204);
      await onA.end();
      expect(onA.complete).toBe(true);
      expect((await session.post(session.message('ping'))).status).toBe(404);
      expect(await a.mcp.sendToSession(session.id, log('too late'))).toBe('unknown');
    });

    it('P5, F12 the newest GET takes over the stream on another instance as well', async () => {
      const session = await open();
      let stream = await session.get();
      await stream.frame(({ id }) => id !== undefined);
      for (let i = 0; i < 6; i++) {
        const next = await (i % 2 ? session : there(session)).get(stream.lastEventId);
        await next.frame(({ id }) => id !== undefined);
        await stream.end();
        await a.mcp.sendToSession(session.id, log(i));
        await next.message(hasData(i));
        expect(next.messages).toHaveLength(1);
        stream = next;
      }
      await stream.close();
    });

    it('P1 a session read from both instances in turns gets each message of both once and in order', async () => {
      const session = await open();
      const total = 300;
      const seen: Record<string, number[]> = { a: [], b: [] };
      const sending = Promise.all(
        (
          [
            ['a', a],
            ['b', b],
          ] as const
        ).map(async ([name, { mcp }]) => {
          for (let i = 0; i < total; i++) await mcp.sendToSession(session.id, log(`${name} ${i}`));
        }),
      );
      let cursor: string | undefined;
      let count = 0;
      let turn = 0;
      while (count < 2 * total) {
        const stream = await (turn++ % 2 ? session : there(session)).get(cursor);
        const before = count;
        await stream.frame(() => stream.messages.length >= Math.min(2 * total - before, 1 + (turn % 23)));
        await stream.close();
        for (const { params } of stream.messages) {
          const [name, i] = (params!.data as string).split(' ') as [string, string];
          seen[name]!.push(Number(i));
          count++;
        }
        cursor = stream.lastEventId;
      }
      await sending;
      const all = Array.from({ length: total }, (_, i) => i);
      expect(seen).toEqual({ a: all, b: all });
      expect(turn).toBeGreaterThan(10);
    });

    it('G-28 the stream of a call on A resumes on B', async () => {
      const session = await open();
      const stream = await session.stream('holdLoudly', { key: 'walk' }, 'walk');
      await stream.message(hasData('before'));
      await stream.close();
      const back = await there(session).get(stream.lastEventId);
      a.gate.release('walk');
      await back.end();
      expect(back.messages).toMatchObject([{ id: 'walk', result: { content: [{ text: 'walk' }] } }]);
    });

    it('P7 a call on A that asks its client accepts the answer on B', async () => {
      const session = await open({ elicitation: {} });
      const stream = await session.stream('book', { city: 'Oslo' }, 'book');
      for (const content of [ACCEPT_REGION, ACCEPT_PARTY]) {
        const asked = await stream.message((m) => m.method === 'elicitation/create' && !answered.has(m.id));
        answered.add(asked.id);
        const replies = await Promise.all(
          [there(session), session, there(session)].map((at) =>
            at.post({ jsonrpc: '2.0', id: asked.id, result: content }),
          ),
        );
        expect(replies.map(({ status }) => status)).toEqual([202, 202, 202]);
      }
      const done = await stream.message(({ id, result }) => id === 'book' && result !== undefined);
      expect(text(done.result)).toBe('Oslo north 2');
      await stream.end();
    });
    const answered = new Set<unknown>();

    it('G-46 a call on A is cancelled on B', async () => {
      const session = await open();
      const call = session.stream('hold', { key: `cancel ${adapter}` }, 'held');
      await a.gate.reached(`waiting cancel ${adapter}`);
      const params = { requestId: 'held', reason: 'enough' };
      expect((await there(session).notify('notifications/cancelled', params)).status).toBe(202);
      await a.gate.reached(`cancelled cancel ${adapter}`);
      const stream = await call.catch(() => undefined);
      await stream?.end();
      expect(stream?.messages.filter(({ id }) => id === 'held') ?? []).toEqual([]);
    });

    it('a call on A is cancelled when its session is ended on B', async () => {
      const session = await open();
      const call = session.stream('hold', { key: `end ${adapter}` }, 'ended').catch(() => undefined);
      await a.gate.reached(`waiting end ${adapter}`);
      expect((await there(session).end()).status).toBe(204);
      await a.gate.reached(`cancelled end ${adapter}`);
      await (await call)?.end();
    });

    it('G-23 a session subscribed on A is notified of an update on B', async () => {
      const session = await open();
      expect((await session.request('resources/subscribe', { uri: 'wire://fixed' })).result).toEqual({});
      const stream = await there(session).get();
      await stream.frame(({ id }) => id !== undefined);
      await b.mcp.resourceUpdated('wire://fixed');
      expect((await stream.message(of('notifications/resources/updated'))).params).toEqual({ uri: 'wire://fixed' });
      await stream.close();
    });

    it('row 11 a broadcast reaches the sessions of all instances', async () => {
      const sessions = [await open(), await LegacySession.open(b.port)];
      const streams = await Promise.all(sessions.map((session) => session.get()));
      await Promise.all(streams.map((stream) => stream.frame(({ id }) => id !== undefined)));
      expect(await a.mcp.broadcast(log('all'))).toBeGreaterThanOrEqual(2);
      await Promise.all(streams.map((stream) => stream.message(hasData('all'))));
      await Promise.all(streams.map((stream) => stream.close()));
    });
  });

  describe('modern clients', () => {
    it('P12 a modern client that listens on A is notified of changes on B', async () => {
      const notifications = { toolsListChanged: true, resourceSubscriptions: ['wire://fixed'] };
      const stream = await SseClient.open(a.port, modern('subscriptions/listen', { notifications }));
      await stream.message(of('notifications/subscriptions/acknowledged'));
      await b.mcp.resourceUpdated('wire://fixed');
      await stream.message(of('notifications/resources/updated'));
      b.mcp.toolsChanged();
      await stream.message(of('notifications/tools/list_changed'));
      await stream.close();
    });

    it('Q-5 a modern call that asks on A continues on B with the state of A', async () => {
      const meta = { [CLIENT_CAPABILITIES]: { elicitation: { form: {} } } };
      const round = async (port: number, more: object): Promise<Record<string, any>> => {
        const params = { name: 'book', arguments: { city: 'Oslo' }, ...more };
        const reply = await send(port, modern('tools/call', params, { meta }));
        const { result, error } = JSON.parse(reply.body) as JsonRpc;
        expect(error).toBeUndefined();
        return result!;
      };
      let result = await round(a.port, {});
      for (const [port, answer] of [
        [b.port, ACCEPT_REGION],
        [a.port, ACCEPT_PARTY],
      ] as const) {
        expect(result).toMatchObject({ resultType: 'input_required' });
        const [key] = Object.keys(result.inputRequests as object);
        const { requestState } = result;
        result = await round(port, { requestState, inputResponses: { [key!]: answer } });
      }
      expect(text(result)).toBe('Oslo north 2');
    });
  });

  describe.each(['auto', 'legacy'] as const)(
    'the official client 2.4.0 in mode %s, each request to the next instance',
    (mode) => {
      const connect = async (capabilities: object, onRequest?: (message: string) => unknown) => {
        const client = new Client({ name: 'fleet', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
        if (onRequest) {
          const handler = async (request: { params?: { message?: string } }) =>
            onRequest(request.params?.message ?? '') as never;
          client.setRequestHandler('elicitation/create', handler as never);
        }
        await client.connect(new StreamableHTTPClientTransport(new URL(balancer.url)));
        return client;
      };

      it('the official client lists, calls and reads when each request is served by the next instance', async () => {
        const before = [...balancer.served];
        const client = await connect({});
        for (let i = 0; i < 6; i++) {
          expect(text(await client.callTool({ name: 'echo', arguments: { text: `${i}` } }))).toBe(`${i}`);
        }
        expect((await client.listTools()).tools.length).toBeGreaterThan(5);
        expect(await client.readResource({ uri: 'wire://fixed' })).toMatchObject({
          contents: [{ text: 'always the same' }],
        });
        await client.close();
        for (const [i, count] of balancer.served.entries()) expect(count - before[i]!).toBeGreaterThan(2);
      });

      it('the official client is asked and answers when each request is served by the next instance', async () => {
        const asked: string[] = [];
        const client = await connect({ elicitation: { form: {}, url: {} } }, (message) => {
          asked.push(message);
          return asked.length === 1 ? ACCEPT_REGION : ACCEPT_PARTY;
        });
        const result = await client.callTool({ name: 'book', arguments: { city: 'Lisbon' } });
        expect(text(result)).toBe('Lisbon north 2');
        expect(asked).toEqual(['Which part of Lisbon?', 'Who travels?']);
        await client.close();
      });
    },
  );
});

it('row 11 servers with different prefixes on one Redis are isolated from each other', async () => {
  const options = { redis: redis.url, redisPrefix: 'left' };
  const [left, right, member] = await Promise.all([
    fleetApp(options),
    fleetApp({ ...options, redisPrefix: 'right' }),
    fleetApp(options),
  ]);
  const session = await LegacySession.open(left.port);
  expect((await session.at(right.port).post(session.message('ping'))).status).toBe(404);
  expect((await session.at(member.port).post(session.message('ping'))).status).toBe(200);
  expect(await right.mcp.broadcast(log('over there'))).toBe(0);
  const listening = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const [here, there] = await Promise.all([
    SseClient.open(left.port, listening),
    SseClient.open(right.port, listening),
  ]);
  await Promise.all([here, there].map((stream) => stream.message(of('notifications/subscriptions/acknowledged'))));
  left.mcp.toolsChanged();
  await here.message(of('notifications/tools/list_changed'));
  right.mcp.toolsChanged();
  await there.message(of('notifications/tools/list_changed'));
  expect(there.messages.filter(of('notifications/tools/list_changed'))).toHaveLength(1);
  await Promise.all([here.close(), there.close()]);
  await Promise.all([left.close(), right.close(), member.close()]);
});
