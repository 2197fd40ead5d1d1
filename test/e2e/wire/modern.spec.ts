import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, CLAIM, LOG_LEVEL, MODERN, modern, post, SERVER_INFO } from '../../fixtures/clients/mcp-requests.js';
import { send, type RawRequest } from '../../fixtures/clients/raw-http.js';
import { SseClient, type JsonRpc } from '../../fixtures/clients/sse-client.js';
import { parseFrames } from '../../fixtures/clients/sse-frames.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const SERVER = { name: 'wire', version: '1.2.3', title: 'Wire' };
const CACHED = ['server/discover', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];

describe.each(ADAPTERS)('modern requests (2026-07-28) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { pageSize: 4, streamAfterMs: 60 });
  });
  afterAll(() => wire.close());

  const ask = async (request: RawRequest): Promise<JsonRpc> =>
    JSON.parse((await send(wire.port, request)).body) as JsonRpc;
  const result = async (method: string, params?: Record<string, unknown>) =>
    (await ask(modern(method, params))).result!;

  it('server/discover returns versions, capabilities and instructions, and names the server only in _meta (T-8, T-13)', async () => {
    const found = await result('server/discover');
    expect(found).toMatchObject({
      supportedVersions: [MODERN],
      instructions: 'Test.',
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        completions: {},
      },
    });
    expect(found).not.toHaveProperty('serverInfo');
  });

  const methods: [string, Record<string, unknown>][] = [
    ...CACHED.map((method): [string, Record<string, unknown>] => [method, {}]),
    ['tools/call', { name: 'echo', arguments: { text: 'x' } }],
    ['tools/call', { name: 'echo', arguments: {} }],
    ['resources/read', { uri: 'wire://fixed' }],
    ['prompts/get', { name: 'greet', arguments: { who: 'Ada' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'tone', value: 'f' } }],
  ];
  it.each(methods)('R-1, R-2 %s %j returns the resultType and the server in its result', async (method, params) => {
    expect(await result(method, params)).toMatchObject({ resultType: 'complete', _meta: { [SERVER_INFO]: SERVER } });
  });

  it.each(methods)('R-3, T-12 %s %j returns cache hints only where they belong', async (method, params) => {
    const found = await result(method, params);
    if (method === 'resources/read') expect(found).toMatchObject({ ttlMs: 5000, cacheScope: 'public' });
    else if (CACHED.includes(method)) expect(found).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    else expect(Object.keys(found)).not.toEqual(expect.arrayContaining(['ttlMs']));
  });

  it('C-7 the response keeps the type of the request id, including 0 and ""', async () => {
    for (const id of [0, -1, '0', '', 'ä', Number.MAX_SAFE_INTEGER]) {
      expect((await ask(call('echo', { text: 'x' }, { id }))).id).toBe(id);
    }
  });

  it('R-9 the pages of a list hold each tool once and in order', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await result('tools/list', cursor === undefined ? {} : { cursor });
      names.push(...(page.tools as { name: string }[]).map(({ name }) => name));
      cursor = page.nextCursor as string | undefined;
    } while (cursor !== undefined);
    expect(names.length).toBeGreaterThan(10);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it('R-9 a cursor of one list is not valid for another list', async () => {
    const { nextCursor } = await result('tools/list');
    expect((await ask(modern('prompts/list', { cursor: nextCursor }))).error).toMatchObject({ code: -32602 });
  });

  it('§2.4 a call sends progress, logs and its response on its own stream, without event ids (S-3, S-4)', async () => {
    const request = call('speak', { count: 2 }, { id: 'p', meta: { progressToken: 0, [LOG_LEVEL]: 'debug' } });
    const reply = await send(wire.port, request);
    expect(reply.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': 'no-cache, no-transform',
    });
    const frames = parseFrames(reply.body);
    for (const frame of frames) expect(Object.keys(frame).sort()).toEqual(['data', 'event']);
    const messages = frames.map(({ data }) => JSON.parse(data!) as JsonRpc);
    expect(messages.map(({ method, id }) => method ?? id)).toEqual([
      'notifications/progress',
      'notifications/message',
      'notifications/progress',
      'notifications/message',
      'p',
    ]);
    expect(messages[0]!.params).toEqual({ progressToken: 0, progress: 1, total: 2, message: 'step 1' });
    expect(messages.at(-1)!.result).toMatchObject({ resultType: 'complete', content: [{ text: 'said 2' }] });
  });

  it('T-14 a call without a progress token and log level is answered with JSON', async () => {
    const reply = await send(wire.port, call('speak', { count: 2 }));
    expect(reply.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['debug', ['debug', 'info', 'warning', 'error']],
    ['warning', ['warning', 'error']],
    ['emergency', []],
  ])('§2.4 the log level %s applies only to its own request', async (level, expected) => {
    const reply = await send(wire.port, call('levels', {}, { meta: { [LOG_LEVEL]: level } }));
    const messages =
      expected.length === 0 ? [] : parseFrames(reply.body).map(({ data }) => JSON.parse(data!) as JsonRpc);
    expect(messages.filter(({ method }) => method).map(({ params }) => params!.level as string)).toEqual(expected);
  });

  it('§1.5 a client that does not accept streams gets JSON without the notifications', async () => {
    const details = { accept: 'application/json', meta: { progressToken: 1, [LOG_LEVEL]: 'debug' } };
    const reply = await send(wire.port, call('speak', { count: 2 }, details));
    expect(reply.headers['content-type']).toBe('application/json');
    expect(JSON.parse(reply.body)).toMatchObject({ result: { content: [{ text: 'said 2' }] } });
  });

  it.each(['*/*', 'text/*', 'application/json;q=0.5,text/event-stream;q=0.9', undefined])(
    'the header Accept: %s is understood as accepting streams',
    async (accept) => {
      const details = { accept: undefined, headers: { accept }, meta: { progressToken: 1 } };
      const reply = await send(wire.port, call('speak', { count: 1 }, details));
      expect(reply.headers['content-type']).toBe('text/event-stream');
    },
  );

  it('a long call without notifications becomes a stream', async () => {
    const stream = await SseClient.open(wire.port, call('hold', { key: `slow ${adapter}` }));
    expect(stream.frames).toEqual([]);
    wire.gate.release(`slow ${adapter}`);
    await stream.end();
    expect(stream.messages).toMatchObject([{ id: 1, result: { content: [{ text: `slow ${adapter}` }] } }]);
  });

  it.each([
    ['a stream', { progressToken: 1 }],
    ['a JSON answer', {}],
  ])('S-5 closing %s cancels the request', async (what, meta) => {
    const key = `closed ${what} ${adapter}`;
    const controller = new AbortController();
    const request = call('progressToken' in meta ? 'holdLoudly' : 'hold', { key }, { meta });
    const gone = send(wire.port, { ...request, signal: controller.signal }).catch((error: Error) => error.name);
    await wire.gate.reached(`waiting ${key}`);
    controller.abort();
    await wire.gate.reached(`cancelled ${key}`);
    expect(await gone).toBe('AbortError');
  });

  it('A-6 a cancelled notification over HTTP cancels nothing, because ids are not unique between clients', async () => {
    const key = `not cancelled ${adapter}`;
    const answer = ask(call('hold', { key }, { id: 5 }));
    await wire.gate.reached(`waiting ${key}`);
    const params = { requestId: 5, _meta: CLAIM };
    const reply = await send(wire.port, post({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
    expect(reply).toMatchObject({ status: 202, body: '' });
    wire.gate.release(key);
    expect(await answer).toMatchObject({ id: 5, result: { content: [{ text: key }] } });
  });

  it('A-9 invalid arguments produce a result that the model can read, and a crash hides its reason', async () => {
    expect(await result('tools/call', { name: 'echo', arguments: { text: 5 } })).toMatchObject({ isError: true });
    const crash = await result('tools/call', { name: 'fail', arguments: { code: 0 } });
    expect(crash).toMatchObject({ isError: true });
    expect(JSON.stringify(crash)).not.toContain('secret');
  });

  it('structured content can have a root of any type', async () => {
    expect((await result('tools/call', { name: 'numbers' })).structuredContent).toEqual([1, 2, 3]);
    expect((await result('tools/call', { name: 'total' })).structuredContent).toEqual({ sum: 3 });
  });

  it('prompt arguments and template variables are completed with at most 100 values', async () => {
    const tone = { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'tone', value: 'f' } };
    expect((await result('completion/complete', tone)).completion).toEqual({ values: ['friendly', 'formal', 'flat'] });
    const id = { ref: { type: 'ref/resource', uri: 'wire://item/{id}' }, argument: { name: 'id', value: 'x' } };
    const { completion } = await result('completion/complete', { ...id, context: { arguments: { prefix: '-' } } });
    expect(completion).toMatchObject({ total: 150, hasMore: true });
    expect(completion.values).toHaveLength(100);
    expect(completion.values[0]).toBe('x-0');
    const who = { ...tone, argument: { name: 'who', value: '' } };
    expect((await result('completion/complete', who)).completion).toEqual({ values: [] });
  });

  it.each([
    [
      { type: 'ref/prompt', name: 'nope' },
      { name: 'tone', value: '' },
    ],
    [
      { type: 'ref/prompt', name: 'greet' },
      { name: 'nope', value: '' },
    ],
    [
      { type: 'ref/resource', uri: 'wire://nope' },
      { name: 'id', value: '' },
    ],
    [{ type: 'ref/nope' }, { name: 'id', value: '' }],
    [{ type: 'ref/prompt', name: 'greet' }, { name: 'tone' }],
    [null, null],
  ])('the completion of %j %j is refused with -32602', async (ref, argument) => {
    const reply = await send(wire.port, modern('completion/complete', { ref, argument }));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({ id: 1, error: { code: -32602 } });
  });

  it('E-6 a request leaves no state behind for the next request on the same connection', async () => {
    const { Agent } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const loud = await send(wire.port, { ...call('levels', {}, { meta: { [LOG_LEVEL]: 'debug' } }), agent });
    const quiet = await send(wire.port, { ...call('levels'), agent });
    expect(loud.headers['content-type']).toBe('text/event-stream');
    expect(quiet.headers['content-type']).toBe('application/json');
    agent.destroy();
  });
});
