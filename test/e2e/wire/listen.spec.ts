import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Details, modern, SERVER_INFO, SUBSCRIPTION_ID } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/applications/wire-app.js';

const ACK = 'notifications/subscriptions/acknowledged';
const isAck = ({ method }: JsonRpc) => method === ACK;
const of = (method: string) => (message: JsonRpc) => message.method === method;

describe.each(ADAPTERS)('subscriptions/listen on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { maxSubscriptions: 3, keepAliveMs: 40, changeDebounceMs: 5 });
  });
  afterAll(() => wire.close());

  const listen = async (notifications: object, details?: Details): Promise<SseClient> => {
    const stream = await SseClient.open(wire.port, modern('subscriptions/listen', { notifications }, details));
    await stream.message(isAck);
    return stream;
  };

  it('L-3, L-4 subscriptions/listen first acknowledges the filters that it supports and omits unknown ones', async () => {
    const stream = await listen({
      toolsListChanged: true,
      promptsListChanged: false,
      resourceSubscriptions: ['wire://fixed', 'wire://item/1', 'wire://nope'],
      somethingElse: true,
    });
    expect(stream.messages[0]).toEqual({
      jsonrpc: '2.0',
      method: ACK,
      params: {
        notifications: { toolsListChanged: true, resourceSubscriptions: ['wire://fixed', 'wire://item/1'] },
        _meta: { [SUBSCRIPTION_ID]: 1 },
      },
    });
    await stream.close();
  });

  it.each([0, 7, '7', ''])('L-6 every message of a subscription carries the id %j unchanged', async (id) => {
    const stream = await listen({ toolsListChanged: true }, { id });
    wire.mcp.toolsChanged();
    await stream.message(of('notifications/tools/list_changed'));
    for (const { params } of stream.messages) expect(params!._meta[SUBSCRIPTION_ID]).toBe(id);
    await stream.close();
  });

  it('L-7 a subscription delivers only the notifications it asked for', async () => {
    const prompts = await listen({ promptsListChanged: true });
    const both = await listen({ toolsListChanged: true, resourceSubscriptions: ['wire://fixed'] });
    wire.mcp.toolsChanged();
    await both.message(of('notifications/tools/list_changed'));
    await wire.mcp.resourceUpdated('wire://item/2');
    await wire.mcp.resourceUpdated('wire://fixed');
    wire.mcp.resourcesChanged();
    wire.mcp.promptsChanged();
    const updated = await both.message(of('notifications/resources/updated'));
    expect(updated.params).toMatchObject({ uri: 'wire://fixed' });
    await prompts.message(of('notifications/prompts/list_changed'));
    const methods = ({ messages }: SseClient) => messages.slice(1).map(({ method }) => method);
    expect(methods(prompts)).toEqual(['notifications/prompts/list_changed']);
    expect(methods(both)).toEqual(['notifications/tools/list_changed', 'notifications/resources/updated']);
    await Promise.all([prompts.close(), both.close()]);
  });

  it('a subscription is notified when a tool is registered and when it is removed at run time', async () => {
    const stream = await listen({ toolsListChanged: true });
    await wire.mcp.registerTool({ name: 'late' }, () => 'late');
    await stream.message(of('notifications/tools/list_changed'));
    expect(stream.messages.filter(of('notifications/tools/list_changed'))).toHaveLength(1);
    wire.mcp.removeTool('late');
    const [, removal] = await stream.firstMessages(2, of('notifications/tools/list_changed'));
    expect(removal!.params).toEqual(stream.messages.find(of('notifications/tools/list_changed'))!.params);
    await stream.close();
  });

  it('L-9 two subscriptions with the same request id are independent', async () => {
    const [one, two] = await Promise.all([listen({ toolsListChanged: true }), listen({ promptsListChanged: true })]);
    await one.close();
    wire.mcp.promptsChanged();
    await two.message(of('notifications/prompts/list_changed'));
    await two.close();
  });

  it('L-12, L-13 a subscription stream sends keep-alive comments and never event ids', async () => {
    const stream = await listen({});
    await stream.frame(({ comment }) => comment === 'keep-alive');
    expect(stream.lastEventId).toBeUndefined();
    expect(stream.headers).toMatchObject({ 'x-accel-buffering': 'no' });
    expect(stream.headers).not.toHaveProperty('mcp-session-id');
    await stream.close();
  });

  it('L-14 a subscription beyond the limit is answered with 503 and Retry-After until another one ends', async () => {
    const open = await Promise.all([listen({}), listen({}), listen({})]);
    const reply = await send(wire.port, modern('subscriptions/listen', { notifications: {} }, { id: 'x' }));
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBeDefined();
    expect(JSON.parse(reply.body)).toMatchObject({ id: 'x', error: { code: -32603 } });
    await Promise.all(open.map((stream) => stream.close()));
    await expect.poll(async () => (await listen({})).close().then(() => 'open')).toBe('open');
  });

  it('L-2 subscriptions/listen is answered with 406 when the client does not accept streams', async () => {
    const request = modern('subscriptions/listen', { notifications: {} }, { accept: 'application/json' });
    expect(await send(wire.port, request)).toMatchObject({ status: 406 });
  });

  it.each([
    undefined,
    [],
    { toolsListChanged: 'yes' },
    { resourceSubscriptions: 'wire://fixed' },
    { resourceSubscriptions: [1] },
    { resourceSubscriptions: Array.from({ length: 1001 }, () => 'wire://fixed') },
  ])('L-1 subscriptions/listen refuses the filter %j', async (notifications) => {
    const reply = await send(wire.port, modern('subscriptions/listen', { notifications }));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({ id: 1, error: { code: -32602 } });
  });

  it('§3.2 each subscription stream ends with its result when the application closes', async () => {
    const closing = await wireApp(adapter);
    const request = modern('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id: 'last' });
    const stream = await SseClient.open(closing.port, request);
    await stream.message(isAck);
    await closing.close();
    await stream.end();
    expect(stream.complete).toBe(true);
    expect(stream.messages.at(-1)).toMatchObject({
      id: 'last',
      result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: 'last', [SERVER_INFO]: { name: 'wire' } } },
    });
  });
});
