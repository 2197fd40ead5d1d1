import { Logger } from '@nestjs/common';
import { AuditSink, PrincipalResolver, type McpAuditEvent } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisKeys } from '../../lib/redis/keys.js';
import { principalId } from '../../lib/session/principal.js';
import { BearerPrincipals, bearer } from '../fixtures/security/bearer-principals.js';
import { RecordingSink } from '../fixtures/security/recording-sink.js';
import { figure } from '../fixtures/measurements/figures.js';
import { PrincipalResources, UNKNOWN_IDS } from '../fixtures/security/principal-resources.js';
import {
  requestsInOwnSession,
  requestsInForeignSession,
  modernRequests,
} from '../fixtures/security/foreign-requests.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { LogCapture } from '../fixtures/security/log-capture.js';
import { call, modern, post } from '../fixtures/clients/mcp-requests.js';
import { type PrincipalApp, principalApp } from '../fixtures/applications/principal-app.js';
import { sendUntil } from '../fixtures/clients/send-until.js';
import type { RawReply, RawRequest } from '../fixtures/clients/raw-http.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const TOKEN = 'canary-token';
const BODY = 'canary-body';
const PREFIX = 'canaryprefix';
const keys = new RedisKeys(`${PREFIX}:default`);
const ALICE = principalId({ issuer: 'https://as.example', subject: TOKEN });

describe('P15 secrets as canaries through a run with faults', () => {
  let capture: LogCapture;
  /** Secrets that must not appear anywhere; further ones are added on the way. */
  const canaries = new Set(['canary', ALICE]);
  const refusals: RawReply[] = [];
  const sink = new RecordingSink();
  const leaks: string[] = [];
  let redis: RedisServer;
  let line: TcpProxy;
  let apps: readonly PrincipalApp[];
  let alice: LegacySession;

  beforeAll(async () => {
    capture = new LogCapture();
    redis = await RedisServer.start();
    line = await TcpProxy.start(redis.port);
    const options = {
      redis: line.url.replace('redis://', 'redis://default:canary-password@'),
      ...{ redisPrefix: PREFIX, redisWaitMs: 300, maxBodyBytes: 10_000 },
      providers: [
        { provide: PrincipalResolver, useClass: BearerPrincipals },
        { provide: AuditSink, useValue: sink },
      ],
    };
    const started = (['fastify', 'express'] as const).map((adapter) =>
      principalApp(options, { adapter, prepare: (app) => app.useLogger(capture) }),
    );
    apps = await Promise.all(started);
  });
  afterAll(async () => {
    capture.stop();
    await line.close();
    await redis.dispose();
  });

  const open = async (): Promise<LegacySession> => {
    const session = await LegacySession.open(apps[0]!.port, {
      headers: bearer(TOKEN),
      capabilities: { elicitation: {} },
    });
    canaries.add(session.id);
    return session;
  };

  /** Sends a request to both instances and checks error responses for secrets. */
  async function sendToAll(request: RawRequest, owner = false): Promise<void> {
    for (const { port } of apps) {
      const reply = await sendUntil(port, request, /\n\n/);
      const isError = reply.status >= 400 || /"(error|isError)":/.test(reply.body);
      if (isError) refusals.push(reply);
      const { 'mcp-session-id': session, ...headers } = reply.headers;
      if (session !== undefined && !owner && canaries.has(String(session))) leaks.push(`header: ${String(session)}`);
      findLeaks('headers', JSON.stringify(headers));
      if (isError) findLeaks(`body of ${reply.status}`, reply.body);
    }
  }

  function findLeaks(where: string, text: string): void {
    for (const canary of canaries)
      if (text.toLowerCase().includes(canary.toLowerCase())) leaks.push(`${where}: ${text}`);
  }

  const echo = (session: LegacySession) =>
    session.raw(session.message('tools/call', { name: 'echo', arguments: { text: BODY } }));

  it('the canaries are sent through a fleet that works', async () => {
    alice = await open();
    const stream = await alice.get();
    await apps[1]!.mcp.sendToSession(alice.id, { level: 'error', data: BODY });
    await stream.message(({ params }) => params?.data === BODY);
    const holdings = await PrincipalResources.open(apps[0]!.port, TOKEN);
    for (const name of Object.values(holdings.names)) canaries.add(name);
    await alice.post(alice.message('tools/call', { name: 'secret', arguments: { text: BODY } }));
    await alice.call('fail', { code: 0 });
    await alice.call('fail', { code: 4711 });
    const leaking = alice.message('tools/call', { name: 'leaks', arguments: {}, task: {} });
    await sendToAll(alice.raw(leaking), true);
    for (const intruder of [{ who: 'mallory' }, {}]) {
      const tries = [
        ...requestsInForeignSession(holdings.names, intruder),
        ...modernRequests(holdings.names, intruder, { name: 'book', arguments: { city: BODY } }),
      ];
      for (const { request } of tries) await sendToAll(request);
    }
    for (const { request } of requestsInOwnSession(UNKNOWN_IDS, { who: TOKEN, session: alice.id }))
      await sendToAll(request, true);
    await stream.close();
    await holdings.close();
  });

  it('the canaries are sent in invalid requests', async () => {
    const headers = { ...bearer(TOKEN), 'mcp-session-id': alice.id };
    const big = { text: BODY.repeat(2000) };
    const wrong: RawRequest[] = [
      post(`{"jsonrpc":"2.0","id":1,"method":"ping","params":"${BODY}`, headers),
      post(`{"${BODY}":${'['.repeat(100)}${']'.repeat(100)}}`, headers),
      post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: big } }, headers),
      post({ jsonrpc: '2.0', id: 1, method: 1, params: { text: BODY } }, headers),
      post({ jsonrpc: '1.0', id: { text: BODY } }, headers),
      alice.raw(alice.message('tools/call', { name: 'echo', arguments: { text: { inner: BODY } } })),
      alice.raw(alice.message('tools/call', { name: 'speak', arguments: { count: BODY } })),
      alice.raw(alice.message('logging/setLevel', { level: BODY })),
      alice.raw(alice.message('tasks/list', { cursor: BODY })),
      alice.raw(alice.message('completion/complete', { ref: { type: BODY }, argument: BODY })),
      alice.getRequest(BODY),
      alice.getRequest(`${'canary'}_1-1`),
      { ...alice.getRequest(), headers: { ...headers, accept: BODY } },
      { ...alice.raw(alice.message('ping')), headers: { ...headers, 'content-type': `text/${BODY}` } },
      { ...echo(alice), headers: { ...echo(alice).headers, origin: 'https://canary.example' } },
      { ...echo(alice), headers: { ...echo(alice).headers, host: 'canary.example' } },
      { ...echo(alice), headers: { ...echo(alice).headers, 'mcp-protocol-version': BODY } },
      call('book', { city: BODY }, { headers: bearer(TOKEN), meta: { 'io.modelcontextprotocol/logLevel': BODY } }),
      call('echo', { text: 1, more: BODY }, { headers: { ...bearer(TOKEN), 'mcp-name': BODY } }),
      modern('tools/call', { name: 'echo', arguments: { text: 'x' }, requestState: BODY }, { headers: bearer(TOKEN) }),
    ];
    for (const request of wrong) await sendToAll(request, true);
    expect(refusals.length).toBeGreaterThan(wrong.length);
  });

  it('the canaries are sent over streams and connections that are cut', async () => {
    for (let i = 0; i < 3; i++) {
      const stream = await alice.stream('holdLoudly', { key: `${BODY} ${i}` });
      await stream.message(({ params }) => params?.data === 'before');
      line.cut();
      await stream.close();
      apps[0]!.gate.release(`${BODY} ${i}`);
    }
    await expect
      .poll(() => alice.post(alice.message('ping')).then(({ status }) => status), { timeout: 8000 })
      .toBe(200);
  });

  it.each(['frozen', 'killed'] as const)(
    'the canaries are sent while Redis is %s and after it is available again',
    async (how) => {
      const session = await open();
      const stream = await session.stream('holdLoudly', { key: `${BODY} ${how}` });
      await stream.message(({ params }) => params?.data === 'before');
      if (how === 'frozen') redis.freeze();
      else await redis.kill();
      for (const request of [
        echo(session),
        session.getRequest('canary_1-1'),
        session.raw(session.message('tasks/list')),
      ]) {
        await sendToAll(request, true);
      }
      apps[0]!.gate.release(`${BODY} ${how}`);
      await apps[1]!.mcp.sendToSession(session.id, { level: 'error', data: BODY }).catch(() => undefined);
      if (how === 'frozen') redis.thaw();
      else await redis.start();
      await expect
        .poll(() => session.post(session.message('ping')).then(({ status }) => status), { timeout: 10_000 })
        .toBe(how === 'frozen' ? 200 : 404);
      await stream.close();
    },
  );

  it('the canaries are read from foreign data in Redis', async () => {
    await expect.poll(() => redis.admin.ping().catch(() => 'unavailable'), { timeout: 8000 }).toBe('PONG');
    const breakings: ((session: LegacySession) => Promise<unknown>)[] = [
      ({ id }) => redis.admin.set(keys.session({ principal: ALICE, id }), BODY),
      ({ id }) => redis.admin.hset(keys.session({ principal: ALICE, id }), 'r', BODY),
      ({ id }) => redis.admin.hset(keys.session({ principal: ALICE, id }), 'h:g', BODY),
      ({ id }) => redis.admin.set(`${keys.logs({ principal: ALICE, id })}g`, BODY),
      ({ id }) => redis.admin.publish(keys.wire(keys.signals({ principal: ALICE, id })), BODY),
      ({ id }) =>
        redis.admin.publish(keys.wire('mcp:default:chg'), JSON.stringify({ pattern: 'x', data: `${BODY} ${id}` })),
      () => redis.admin.config('SET', 'maxmemory', '1'),
    ];
    const sent: Promise<unknown>[] = [];
    for (const spoil of breakings) {
      const session = await open();
      const stream = await session.get();
      await spoil(session);
      await sendToAll(echo(session), true);
      sent.push(apps[1]!.mcp.sendToSession(session.id, { level: 'error', data: BODY }).catch(() => undefined));
      await sendToAll(session.getRequest('g_1-1'), true);
      await stream.close();
    }
    await redis.admin.config('SET', 'maxmemory', '0');
    await Promise.all(sent);
  });

  it('control: the log capture reads what is written to a logger or the console', () => {
    const before = capture.lines.length;
    new Logger('control').debug(`a session ${alice.id}`);
    // oxlint-disable-next-line no-console -- as other packages do
    console.error(new Error(`a key ${keys.session({ principal: ALICE, id: alice.id })}`));
    const told = capture.lines.splice(before);
    expect(told.map((line) => line.includes(alice.id))).toEqual([true, true]);
  });

  it('P15 no canary appears in logs, the audit, error bodies or headers', async () => {
    await Promise.all(apps.map(({ close }) => close()));
    // Who calls is what an audit is for. The subject is a canary here, and stands in ids of requests.
    for (const { who: _who, requestId: _id, ...event } of sink.events as (McpAuditEvent & { requestId?: unknown })[])
      findLeaks('audit', JSON.stringify(event));
    figure('P15', 'events of the audit read', sink.events.length);
    expect(sink.events.length).toBeGreaterThan(100);
    for (const logged of capture.lines) findLeaks('log', logged);
    figure('P15', 'canaries planted', canaries.size);
    figure('P15', 'lines of log read', capture.lines.length);
    figure('P15', 'error answers read', refusals.length);
    figure('P15', 'hits', leaks.length);
    expect(leaks).toEqual([]);
    expect(capture.lines.length).toBeGreaterThan(3);
    expect(refusals.length).toBeGreaterThan(100);
  });
});
