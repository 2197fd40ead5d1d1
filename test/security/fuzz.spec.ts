import fc from 'fast-check';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpRuntime } from '../../lib/server/mcp-runtime.js';
import { commentEvent, messageEvent, primingEvent } from '../../lib/transport/http/sse/sse-event.js';
import { sseFrame } from '../../lib/transport/http/sse/sse-frame.js';
import type { HttpEndpoint } from '../../lib/transport/http/http-endpoint.js';
import { callEndpoint } from '../fixtures/clients/endpoint-request.js';
import { malformedJson, malformedText, mutation } from '../fixtures/security/malformed-input.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, modern, post } from '../fixtures/clients/mcp-requests.js';
import { type RawRequest, send } from '../fixtures/clients/raw-http.js';
import { parseFrames } from '../fixtures/clients/sse-frames.js';
import { checkResponse, statusCounts } from '../fixtures/security/check-response.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

const RUNS = 25_000;

const lower = ({ headers }: RawRequest) =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
const bodyOf = ({ body }: RawRequest) => String(body);

/** Valid requests, of which damaged copies are sent. */
const MODERN: readonly RawRequest[] = [
  modern('server/discover'),
  modern('tools/list'),
  call('echo', { text: 'x' }),
  call(
    'route',
    { target: { region: 'Berlin' }, shard: 1, dry: true },
    { headers: { 'mcp-param-region': 'Berlin', 'mcp-param-shard': '1', 'mcp-param-dry-run': 'true' } },
  ),
  call('levels', {}, { meta: { progressToken: 1, 'io.modelcontextprotocol/logLevel': 'debug' } }),
  call('fail', { code: 0 }),
  modern('resources/read', { uri: 'wire://item/1' }),
  modern('prompts/get', { name: 'greet', arguments: { who: 'Ada', tone: 'flat' } }),
  modern('completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'tone', value: 'f' } }),
  modern('subscriptions/listen', {
    notifications: { toolsListChanged: true, resourceSubscriptions: ['wire://fixed'] },
  }),
];

describe('fuzzing of the endpoint (F15, S7-S9)', () => {
  let wire: WireApp;
  let endpoint: HttpEndpoint;
  let session: LegacySession;
  let requests: readonly RawRequest[];
  beforeAll(async () => {
    wire = await wireApp('fastify', { maxSessions: 50, maxBodyBytes: 1_000_000 });
    endpoint = wire.app.get(McpRuntime, { strict: false }).http.endpoint;
    session = await LegacySession.open(wire.port, { revision: '2025-03-26' });
    const legacy = (method: string, params?: Record<string, unknown>) =>
      session.raw(session.message(method, params, 1));
    requests = [
      ...MODERN,
      legacy('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'x', version: '1' },
      }),
      legacy('ping'),
      legacy('tools/call', { name: 'echo', arguments: { text: 'x' }, _meta: { progressToken: 1 } }),
      legacy('tools/call', { name: 'levels' }),
      legacy('resources/subscribe', { uri: 'wire://item/1' }),
      legacy('logging/setLevel', { level: 'info' }),
      session.raw({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'x' } }),
      session.raw({ jsonrpc: '2.0', id: 1, result: {} }),
      session.raw([session.message('ping', {}, 1), session.message('tools/list', {}, 'b')]),
    ];
  });
  afterAll(() => wire.close());

  const anyRequest = fc.nat(1000).map((n) => requests[n % requests.length]!);
  const offer = async (request: RawRequest, body: string, headers: Record<string, string> = {}) =>
    checkResponse(
      await callEndpoint(endpoint, 'POST', { host: 'localhost', ...lower(request), ...headers }, Buffer.from(body)),
    );

  it('the endpoint survives damaged bodies', async () => {
    const damage = fc.array(mutation, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyRequest, damage, (request, mutations) =>
        offer(
          request,
          mutations.reduce((text, mutate) => mutate(text), bodyOf(request)),
        ),
      ),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('the endpoint survives any JSON in any place of a message', async () => {
    const members = fc.dictionary(
      fc.constantFrom('jsonrpc', 'id', 'method', 'params', '__proto__', 'result', 'error'),
      malformedJson,
    );
    const paramsOf = fc.dictionary(
      fc.constantFrom(
        'name',
        'arguments',
        'uri',
        'cursor',
        'ref',
        'argument',
        'level',
        'notifications',
        'requestId',
        '_meta',
        '__proto__',
      ),
      malformedJson,
    );
    const text = (object: Record<string, string>) =>
      `{${Object.entries(object)
        .map(([key, json]) => `${JSON.stringify(key)}:${json}`)
        .join(',')}}`;
    await fc.assert(
      fc.asyncProperty(anyRequest, members, paramsOf, fc.nat(2), (request, top, params, kind) => {
        const right = JSON.parse(bodyOf(request)) as Record<string, unknown>;
        if (Array.isArray(right) || kind === 2) return offer(request, text(top));
        const rightParams = Object.entries((right.params ?? {}) as object).map(([key, value]) => [
          key,
          JSON.stringify(value),
        ]);
        const merged = text({ ...(Object.fromEntries(rightParams) as Record<string, string>), ...params });
        const { params: _, ...others } = right;
        const outer = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, JSON.stringify(value)]));
        return offer(request, text({ ...outer, params: merged, ...(kind === 1 ? top : {}) }));
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('the endpoint survives any headers', async () => {
    const names = [
      'mcp-protocol-version',
      'mcp-method',
      'mcp-name',
      'mcp-param-region',
      'mcp-param-shard',
      'mcp-session-id',
      'last-event-id',
    ];
    const http = ['accept', 'content-type', 'origin', 'host', 'access-control-request-headers', 'authorization'];
    const values = fc.oneof(
      malformedText,
      fc.constantFrom('2026-07-28', '2025-11-25', 'tools/call', 'echo', 'application/json', '*/*', 'localhost'),
    );
    const damaged = fc.dictionary(fc.constantFrom(...names, ...names, ...http), values, { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(anyRequest, damaged, fc.boolean(), (request, headers, repeats) => {
        const sent = repeats ? Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, `${v}, ${v}`])) : headers;
        return offer(request, bodyOf(request), sent);
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('the endpoint survives any session id and Last-Event-ID with every verb', async () => {
    const eventId = fc.oneof(
      malformedText,
      fc
        .tuple(
          fc.constantFrom('g', 'r', 'rabcdefghijklmno', 'G', ''),
          fc.constantFrom('_', '-', ''),
          fc.bigInt(),
          fc.nat(),
        )
        .map(([stream, dash, ms, n]) => `${stream}${dash}${ms}-${n}`),
    );
    const sessionId = fc.oneof({ weight: 1, arbitrary: malformedText }, { weight: 2, arbitrary: fc.constant('live') });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'GET', 'DELETE', 'HEAD', 'OPTIONS', 'BREW'),
        sessionId,
        eventId,
        async (verb, id, cursor) => {
          const live = id === 'live' && verb !== 'DELETE';
          const headers = {
            host: 'localhost',
            accept: 'text/event-stream',
            'mcp-session-id': live ? session.id : id,
            'last-event-id': cursor,
          };
          checkResponse(await callEndpoint(endpoint, verb, headers));
        },
      ),
      { numRuns: 10_000 },
    );
  }, 60_000);

  it('the endpoint survives any cursor, name, URI, template and completion', async () => {
    const target = fc.constantFrom<(text: string) => RawRequest>(
      (cursor) => modern('tools/list', { cursor }),
      (cursor) => modern('resources/templates/list', { cursor: Buffer.from(cursor).toString('base64url') }),
      (cursor) =>
        modern('tools/list', { cursor: Buffer.from(JSON.stringify(['v1', 'tool', cursor])).toString('base64url') }),
      (uri) => modern('resources/read', { uri }),
      (id) => modern('resources/read', { uri: `wire://item/${id}` }),
      (uri) =>
        modern('subscriptions/listen', { notifications: { resourceSubscriptions: [uri, `wire://item/${uri}`] } }),
      (name) => call(name),
      (who) => modern('prompts/get', { name: 'greet', arguments: { who } }),
      (uri) =>
        modern('completion/complete', { ref: { type: 'ref/resource', uri }, argument: { name: 'id', value: uri } }),
      (value) =>
        modern('completion/complete', {
          ref: { type: 'ref/prompt', name: 'greet' },
          argument: { name: 'tone', value },
        }),
    );
    await fc.assert(
      fc.asyncProperty(target, malformedText, (request, text) => {
        const made = request(text);
        const coded = { 'mcp-name': `=?base64?${Buffer.from(text).toString('base64')}?=` };
        return offer(made, bodyOf(made), 'mcp-name' in made.headers! && made.headers['mcp-name'] === text ? coded : {});
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  it('SEC9 the frames of a stream carry exactly the text that was sent', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9]{0,15}_[0-9]{1,16}-[0-9]{1,10}$/);
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.option(token, { nil: undefined }),
        (value, text, id) => {
          const json = JSON.stringify([value, text]);
          const events = [commentEvent('x'), messageEvent(json, id), primingEvent(id ?? 'g_0-0', 1, true)];
          const frames = parseFrames(events.map(sseFrame).join(''));
          expect(frames).toHaveLength(3);
          expect(frames[1]).toEqual({ event: 'message', data: json, ...(id !== undefined && { id }) });
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('the fuzzer reached every status, and the endpoint still works', async () => {
    for (const status of [200, 202, 400, 403, 404, 405, 415])
      expect(statusCounts.get(status), `${status}`).toBeGreaterThan(100);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(await session.call('echo', { text: 'alive' })).toMatchObject({ result: { content: [{ text: 'alive' }] } });
    expect(await send(wire.port, call('echo', { text: 'alive' }))).toMatchObject({ status: 200 });
  });

  it.each(ADAPTERS)(
    'the endpoint survives the same input over HTTP on %s',
    async (adapter) => {
      const real = await wireApp(adapter, { maxSessions: 50 });
      const agent = new Agent({ keepAlive: true, maxSockets: 4 });
      const printable = malformedText.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 2000));
      const headers = fc.dictionary(
        fc.constantFrom('mcp-name', 'mcp-session-id', 'accept', 'content-type', 'mcp-method'),
        printable,
        { maxKeys: 2 },
      );
      const plain = requests.filter((request) => !bodyOf(request).includes('subscriptions/listen'));
      await fc.assert(
        fc.asyncProperty(fc.nat(1000), fc.array(mutation, { maxLength: 3 }), headers, async (n, mutations, extra) => {
          const request = plain[n % plain.length]!;
          const body = mutations.reduce((text, mutate) => mutate(text), bodyOf(request));
          checkResponse(await send(real.port, { ...post(body, { ...request.headers, ...extra }), agent }));
        }),
        { numRuns: 1500 },
      );
      expect(await send(real.port, call('echo', { text: 'alive' }))).toMatchObject({ status: 200 });
      agent.destroy();
      await real.close();
    },
    60_000,
  );
});
