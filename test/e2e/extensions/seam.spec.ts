import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Injectable } from '@nestjs/common';
import { AuditSink, McpExtension, McpMethod, McpModule, McpTool, PrincipalResolver } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';
import {
  LedgerExtension,
  ModernExtension,
  STOCK,
  STOCK_CHANGED,
  StockExtension,
} from '../../fixtures/applications/stock-extension.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES, modern } from '../../fixtures/clients/mcp-requests.js';
import { type JsonRpc, SseClient } from '../../fixtures/clients/sse-client.js';
import { granted, GrantedPrincipals, type Grant } from '../../fixtures/security/granted-principals.js';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';

const WRITER: Grant = { subject: 'alice', scopes: ['stock:write'] };
const AUDITOR: Grant = { subject: 'bob', roles: ['auditor'] };
const LEDGER = 'com.example/ledger';
const CLOSED = 'notifications/ledger/closed';

const of = (method: string) => (message: JsonRpc) => message.method === method;
const declaring = (...ids: string[]) => ({ extensions: Object.fromEntries(ids.map((id) => [id, {}])) });

describe.each(ADAPTERS)('extensions of an application on %s', (adapter) => {
  let nest: NestApp;
  const sink = new RecordingSink();
  beforeAll(async () => {
    const principals = { provide: PrincipalResolver, useClass: GrantedPrincipals };
    const mcp = { providers: [principals], audit: { arguments: true }, changeDebounceMs: 5 };
    const providers = [StockExtension, LedgerExtension, ModernExtension, { provide: AuditSink, useValue: sink }];
    nest = await nestApp({ providers }, { adapter, mcp });
  });
  afterAll(() => nest.close());

  const open = (era: 'modern' | 'legacy', grant?: Grant) => EraClient.open(era, nest.port, { headers: granted(grant) });

  it('each era is told the extensions that exist in it, with their settings', async () => {
    const both = { [STOCK]: { currency: 'EUR' }, [LEDGER]: {} };
    const client = await open('modern');
    const { result } = await client.call('server/discover');
    expect(result!['capabilities'].extensions).toEqual({ ...both, 'com.example/modern-only': {} });
    const session = await LegacySession.open(nest.port);
    expect(session.welcome['capabilities'].extensions).toEqual(both);
    expect((await session.request('modern/only')).error?.code).toBe(-32601);
    expect((await client.call('modern/only')).result).toMatchObject({ resultType: 'complete' });
  });

  describe.each(ERAS)('for a client of the %s era', (era) => {
    it('a method gets its parameters without the envelope, and its context', async () => {
      const client = await open(era);
      const { result } = await client.call('stock/quote', { article: 'pen' });
      expect(result).toMatchObject({ article: 'pen', price: 2, name: 'stock/quote', method: 'stock/quote' });
    });

    it('parameters that do not fit are answered -32602', async () => {
      const { error } = await (await open(era)).call('stock/quote', { article: 7 });
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('article') });
    });

    it('a guard of the method refuses', async () => {
      const details = { meta: { closed: true } };
      const { error } = await (await open(era)).call('stock/quote', { article: 'pen' }, details);
      expect(error).toMatchObject({ code: 403, message: 'The shop is closed.' });
    });

    it('a method without a result answers an empty one, to those who have its scope', async () => {
      const { result } = await (await open(era, WRITER)).call('stock/set', { article: 'ink' });
      expect(result).toBeDefined();
      const hidden = await (await open(era)).call('stock/set', { article: 'ink' }, { id: 'same' });
      const unknown = await (await open(era)).call('stock/sit', { article: 'ink' }, { id: 'same' });
      expect(hidden.error?.code).toBe(-32601);
      expect(hidden.body.replace('stock/set', '*')).toBe(unknown.body.replace('stock/sit', '*'));
      expect(hidden.status).toBe(unknown.status);
    });

    it('a method is counted by its limit', async () => {
      const client = await open(era, { subject: `counting-${era}` });
      expect((await client.call('stock/count')).result).toBeDefined();
      expect((await client.call('stock/count')).error?.code).toBe(429);
    });

    it('what is not an object is no result, and its client is not told more', async () => {
      const { error } = await (await open(era)).call('stock/broken');
      expect(error).toEqual({ code: -32603, message: 'Internal error' });
      expect(nest.logs.about('returned a value that is not an object').length).toBeGreaterThan(0);
    });

    it('the audit records the method with its arguments, and who was refused', async () => {
      const before = sink.about('stock/quote').length;
      await (await open(era, WRITER)).call('stock/quote', { article: 'pen' });
      expect(sink.about('stock/quote').slice(before)).toMatchObject([
        { method: 'stock/quote', era, outcome: 'ok', arguments: { article: 'pen' } },
      ]);
      await (await open(era)).call('stock/set', { article: 'pen' });
      expect(sink.about('stock/set').at(-1)).toMatchObject({ outcome: 'refused' });
    });
  });

  it('a method that is for clients with the extension refuses others with -32021', async () => {
    const client = await open('modern');
    const refused = await client.call('ledger/total');
    expect(refused.status).toBe(400);
    expect(refused.error).toMatchObject({ code: -32021, data: { requiredCapabilities: declaring(LEDGER) } });
    const meta = { [CLIENT_CAPABILITIES]: declaring(LEDGER) };
    expect((await client.call('ledger/total', {}, { meta })).result).toMatchObject({ total: 7 });
    const session = await LegacySession.open(nest.port, { capabilities: declaring(LEDGER) });
    expect((await session.request('ledger/total')).result).toEqual({ total: 7 });
  });

  it('a method asks a modern client in rounds', async () => {
    const client = await open('modern');
    const meta = { [CLIENT_CAPABILITIES]: { elicitation: {} } };
    const { result } = await client.call('stock/clear', {}, { meta });
    expect(result).toMatchObject({ resultType: 'input_required' });
    const [key] = Object.keys(result!['inputRequests'] as object);
    const inputResponses = { [key!]: { action: 'accept', content: { really: true } } };
    const again = await client.call('stock/clear', { inputResponses, requestState: result!['requestState'] }, { meta });
    expect(again.result).toMatchObject({ cleared: true });
  });

  describe('notifications', () => {
    const listen = async (notifications: object, grant?: Grant): Promise<SseClient> => {
      const request = modern('subscriptions/listen', { notifications }, { headers: granted(grant) });
      const stream = await SseClient.open(nest.port, request);
      await stream.message(of('notifications/subscriptions/acknowledged'));
      return stream;
    };

    it('a modern client gets what its filter asks for, and the acknowledgement says so', async () => {
      const wanting = await listen({ stockChanged: true });
      const other = await listen({ stockChanged: false, toolsListChanged: true });
      expect(wanting.messages[0]!.params!['notifications']).toEqual({ stockChanged: true });
      await nest.mcp.notify(STOCK_CHANGED, { article: 'pen' });
      expect((await wanting.message(of(STOCK_CHANGED))).params).toMatchObject({ article: 'pen' });
      expect(other.messages.filter(of(STOCK_CHANGED))).toEqual([]);
      await Promise.all([wanting.close(), other.close()]);
    });

    it('a filter of the wrong type is refused', async () => {
      const client = await open('modern');
      const { error } = await client.call('subscriptions/listen', { notifications: { stockChanged: 'yes' } });
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('stockChanged') });
    });

    it('a legacy session gets what it declares, and in the order of what else is announced', async () => {
      const knowing = await LegacySession.open(nest.port, { capabilities: declaring(STOCK) });
      const other = await LegacySession.open(nest.port);
      const streams = await Promise.all([knowing.get(), other.get()]);
      for (const stream of streams) await stream.frame(({ id }) => id !== undefined);
      await nest.mcp.notify(STOCK_CHANGED, { article: 'ink' });
      await nest.mcp.broadcast({ level: 'error', data: 'after it' });
      for (const stream of streams) await stream.message(({ params }) => params?.['data'] === 'after it');
      const [got, not] = streams.map(({ messages }) => messages.map(({ method }) => method));
      expect(got).toEqual([STOCK_CHANGED, 'notifications/message']);
      expect(not).toEqual(['notifications/message']);
      for (const stream of streams) await stream.close();
    });

    it('who may not use the extension does not get it, in either era', async () => {
      const [auditor, anybody] = await Promise.all([
        listen({ ledgerClosed: true }, AUDITOR),
        listen({ ledgerClosed: true }),
      ]);
      const capabilities = declaring(LEDGER);
      const sessions = await Promise.all([
        LegacySession.open(nest.port, { capabilities, headers: granted(AUDITOR) }),
        LegacySession.open(nest.port, { capabilities }),
      ]);
      const [allowed, refused] = await Promise.all(sessions.map((session) => session.get()));
      for (const stream of [allowed!, refused!]) await stream.frame(({ id }) => id !== undefined);
      await nest.mcp.notify(CLOSED, { year: 2026 });
      await nest.mcp.broadcast({ level: 'error', data: 'after it' });
      await auditor.message(of(CLOSED));
      for (const stream of [allowed!, refused!]) await stream.message(({ params }) => params?.['data'] === 'after it');
      expect(allowed!.messages.filter(of(CLOSED))).toHaveLength(1);
      expect(refused!.messages.filter(of(CLOSED))).toEqual([]);
      expect(anybody.messages.filter(of(CLOSED))).toEqual([]);
      for (const stream of [auditor, anybody, allowed!, refused!]) await stream.close();
    });

    it('a notification that no extension has is refused', async () => {
      await expect(nest.mcp.notify('notifications/other')).rejects.toThrow('No extension of this server has');
    });
  });
});

describe('extensions that are declared wrongly', () => {
  const extension = (options: object, method?: object) => {
    @McpExtension({ id: 'com.example/x', ...options })
    @Injectable()
    class Wrong {
      work() {
        return {};
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Wrong.prototype, 'work')!;
    if (method) McpMethod({ name: 'x/work', ...method })(Wrong.prototype, 'work', descriptor);
    return Wrong;
  };

  it.each([
    ['no prefix', { id: 'stock' }, undefined, 'its id "stock" needs a prefix'],
    ['settings that are a list', { settings: [] }, undefined, '"settings" must be an object'],
    ['an era that is unknown', { eras: ['middle'] }, undefined, '"eras" must be a list'],
    [
      'a notification without its prefix',
      { notifications: { a: 'a/b' } },
      undefined,
      'must begin with "notifications/"',
    ],
    [
      'a filter member of the protocol',
      { notifications: { taskIds: 'notifications/x' } },
      undefined,
      'belongs to the protocol',
    ],
    [
      'a notification of the protocol',
      { notifications: { a: 'notifications/message' } },
      undefined,
      'belongs to the protocol',
    ],
    ['a method without a prefix', {}, { name: 'work' }, 'needs a name with a prefix'],
    ['a method of the protocol', {}, { name: 'tools/call' }, 'The method "tools/call" exists already'],
    ['the id of an extension of the server', { id: 'io.modelcontextprotocol/tasks' }, undefined, 'is declared twice'],
    ['a server that does not exist', { server: 'other' }, undefined, 'it belongs to the server "other"'],
  ])('%s keeps the application from starting', async (_title, options, method, message) => {
    expect(await startError({ providers: [extension(options, method)] })).toContain(message);
  });

  it('a method outside of an extension keeps the application from starting', async () => {
    @Injectable()
    class Outside {
      @McpMethod({ name: 'x/work' })
      work() {
        return {};
      }
    }
    expect(await startError({ providers: [Outside] })).toContain('needs @McpExtension() on its class, Outside');
  });

  it('two extensions of one identifier, method or notification keep the application from starting', async () => {
    const [one, other] = [extension({}), extension({})];
    expect(await startError({ providers: [one, other] })).toContain('The extension "com.example/x" is declared twice');
    const notifications = { changed: 'notifications/x' };
    const first = extension({ notifications });
    const second = extension({ id: 'com.example/y', notifications: { other: 'notifications/x' } });
    expect(await startError({ providers: [first, second] })).toContain(
      'notification "notifications/x" is declared twice',
    );
    const third = extension({ id: 'com.example/z', notifications: { changed: 'notifications/z' } });
    expect(await startError({ providers: [first, third] })).toContain('filter member "changed" is declared twice');
  });
});

describe('an extension of a named server', () => {
  it('exists on its own server only', async () => {
    @McpExtension({ id: STOCK, server: 'admin', notifications: { stockChanged: STOCK_CHANGED } })
    @Injectable()
    class Admin {
      @McpMethod({ name: 'admin/work' })
      work() {
        return { done: true };
      }
      @McpTool()
      plain() {
        return 'plain';
      }
    }
    const admin = McpModule.forRoot({ name: 'admin', version: '1', server: 'admin', path: '/admin' });
    const nest = await nestApp({ imports: [admin], providers: [Admin] });
    try {
      const [there, here] = await Promise.all(
        ['/admin', '/mcp'].map((path) => EraClient.open('modern', nest.port, { path })),
      );
      expect((await there!.call('admin/work')).result).toMatchObject({ done: true });
      expect((await here!.call('admin/work')).error?.code).toBe(-32601);
      expect((await here!.call('server/discover')).result!['capabilities'].extensions).toBeUndefined();
      await expect(nest.mcp.notify(STOCK_CHANGED)).rejects.toThrow('No extension');
    } finally {
      await nest.close();
    }
  });
});
