import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog, SessionStore, type SessionKey } from 'nestjs-mcp-fleet';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import type { LineClient } from './line-client.js';
import { stdioApp, type StdioApp } from './stdio-app.js';

let stdio: StdioApp;
let client: LineClient;
const start = async (options?: Parameters<typeof stdioApp>[0]) => {
  stdio = await stdioApp(options);
  client = stdio.client;
};
beforeEach(() => start());
afterEach(async () => {
  await stdio.close();
  expect(client.junk).toEqual([]);
});

/** Waits for everything that was sent to the session before. */
async function fence(): Promise<void> {
  await stdio.mcp.broadcast({ level: 'emergency', data: 'fence' });
  await client.until(({ params }) => params?.data === 'fence', 'the fence');
}

async function theSession(): Promise<SessionKey> {
  for await (const key of stdio.app.get(SessionStore).sessions()) return key;
  throw new Error('There is no session.');
}

describe('notifications of a legacy session on stdio', () => {
  it('a broadcast arrives at a legacy stdio client', async () => {
    await client.initialize();
    expect(await stdio.mcp.broadcast({ level: 'info', logger: 'ops', data: { down: 'at noon' } })).toBe(1);
    const { params } = await client.notification('notifications/message');
    expect(params).toEqual({ level: 'info', logger: 'ops', data: { down: 'at noon' } });
  });

  it('resource updates arrive at a legacy stdio client from subscribe until unsubscribe', async () => {
    await client.initialize();
    await stdio.mcp.resourceUpdated('wire://item/1');
    expect((await client.request(1, 'resources/subscribe', { uri: 'wire://item/1' })).result).toEqual({});
    await stdio.mcp.resourceUpdated('wire://item/2');
    await stdio.mcp.resourceUpdated('wire://item/1');
    expect((await client.notification('notifications/resources/updated')).params).toEqual({ uri: 'wire://item/1' });
    await client.request(2, 'resources/unsubscribe', { uri: 'wire://item/1' });
    await stdio.mcp.resourceUpdated('wire://item/1');
    await fence();
    expect(client.of('notifications/resources/updated')).toHaveLength(1);
  });

  it('list changes arrive at a legacy stdio client', async () => {
    await client.initialize();
    await stdio.mcp.registerTool({ name: 'newcomer' }, () => 'hello');
    await client.notification('notifications/tools/list_changed');
    expect((await client.request(1, 'tools/call', { name: 'newcomer' })).result.content[0].text).toBe('hello');
    stdio.mcp.promptsChanged();
    await client.notification('notifications/prompts/list_changed');
    stdio.mcp.resourcesChanged();
    await client.notification('notifications/resources/list_changed');
  });

  it('logging/setLevel filters log messages of calls and of the server', async () => {
    await client.initialize();
    expect((await client.request(1, 'logging/setLevel', { level: 'error' })).result).toEqual({});
    await client.request(2, 'tools/call', { name: 'levels', arguments: {} });
    await stdio.mcp.broadcast({ level: 'warning', data: 'not this' });
    await fence();
    expect(client.of('notifications/message').map(({ params }) => params.data)).toEqual(['error', 'fence']);
  });

  it('no notification arrives before the response to initialize', async () => {
    const sessions = stdio.app.get(SessionStore);
    // At this moment the session exists but `initialize` is not answered yet.
    const create = sessions.create.bind(sessions);
    sessions.create = async (record) => {
      await create(record);
      await stdio.mcp.broadcast({ level: 'error', data: 'early' });
    };
    await client.initialize();
    await client.notification('notifications/message');
    expect(client.messages.map(({ id, method }) => id ?? method)).toEqual(['init', 'notifications/message']);
  });

  it('a gap in the history is signalled to a legacy stdio client by list and resource notifications', async () => {
    await stdio.close();
    await start({ maxHistory: 2 });
    await client.initialize();
    await client.request(1, 'resources/subscribe', { uri: 'wire://fixed' });
    const log = stdio.app.get(EventLog);
    const key = await theSession();
    const append = (data: number) => {
      const params = { level: 'error', data };
      return log.append(
        key,
        STANDALONE_STREAM,
        JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params }),
      );
    };
    // The broker drops stream signals for a moment, so the stream reads late and finds only the last two entries.
    const { broker } = stdio.connectionParts.legacy;
    const publish = broker.publish.bind(broker);
    broker.publish = async () => {};
    for (let i = 1; i <= 5; i++) await append(i);
    broker.publish = publish;
    await append(6);
    await client.until(({ params }) => params?.data === 6, 'the sixth');
    expect(client.of('notifications/tools/list_changed').length).toBeGreaterThan(0);
    expect(client.of('notifications/resources/updated').map(({ params }) => params.uri)).toContain('wire://fixed');
  });
});

describe('legacy session on stdio', () => {
  it('a legacy stdio session is stored as initialized after notifications/initialized', async () => {
    await client.initialize();
    await client.request(1, 'ping');
    const sessions = stdio.app.get(SessionStore);
    expect(await sessions.load(await theSession())).toMatchObject({ initialized: true, principal: 'anon' });
  });

  it('a legacy stdio session ends with its connection', async () => {
    await client.initialize();
    await stdio.connection.finish(0);
    await expect(theSession()).rejects.toThrow(/no session/);
  });

  it('a legacy stdio session receives legacy error codes', async () => {
    await client.initialize();
    const { error } = await client.request(1, 'resources/read', { uri: 'wire://nowhere' });
    expect(error?.code).toBe(-32002);
    expect((await client.request(2, 'subscriptions/listen', {})).error?.code).toBe(-32601);
  });
});

describe('batches on stdio (G-36)', () => {
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });

  it('a batch of 2025-03-26 is answered with one array (G-36)', async () => {
    await client.initialize('2025-03-26');
    const echo = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } };
    client.send([
      ping(1),
      { jsonrpc: '2.0', method: 'notifications/whatever' },
      echo,
      { jsonrpc: '2.0', id: 3 },
      'junk',
    ]);
    await client.answer(2);
    const answers = JSON.parse(client.raw.at(-1)!) as { id?: number; error?: object }[];
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, undefined]);
    expect(answers.filter(({ error }) => error)).toHaveLength(2);
    expect(client.raw).toHaveLength(2);
  });

  it('a batch of notifications only is not answered', async () => {
    await client.initialize('2025-03-26');
    client.send([{ jsonrpc: '2.0', method: 'notifications/whatever' }]);
    await client.request(1, 'ping');
    expect(client.raw).toHaveLength(2);
  });

  it('the response to a batch does not wait for a cancelled member', async () => {
    await client.initialize('2025-03-26');
    await stdio.mcp.registerTool({ name: 'uncancellable' }, () => {
      stdio.gate.mark('uncancellable runs');
      return new Promise(() => {});
    });
    client.send([ping(1), { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'uncancellable' } }]);
    await stdio.gate.reached('uncancellable runs');
    client.notify('notifications/cancelled', { requestId: 2 });
    await client.answer(1);
    expect(client.messages.some(({ id }) => id === 2)).toBe(false);
  });

  it.each(['2024-11-05', '2025-06-18', '2025-11-25'])('a batch is refused at revision %s', async (revision) => {
    await client.initialize(revision);
    client.send([ping(1)]);
    expect((await client.until(({ error }) => error !== undefined)).error?.code).toBe(-32600);
  });

  it('a batch of more than 100 members or with initialize is refused', async () => {
    await client.initialize('2025-03-26');
    client.send(Array.from({ length: 101 }, (_, i) => ping(i)));
    expect((await client.until(({ error }) => error !== undefined)).error?.message).toMatch(/more than 100/);
    client.send([{ jsonrpc: '2.0', id: 'again', method: 'initialize', params: {} }]);
    expect((await client.answer('again')).error?.code).toBe(-32600);
  });
});
