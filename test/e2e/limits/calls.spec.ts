import { Injectable, type NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { finalize } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  McpComplete,
  McpLimit,
  McpPrompt,
  McpResource,
  McpTool,
  PrincipalResolver,
  type McpModuleOptions,
} from 'nestjs-mcp-fleet';
import { Gate } from '../../fixtures/applications/gate.js';
import { nestApp, startError, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, type EraName, type Outcome } from '../../fixtures/clients/era-client.js';
import { modern, post } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { BearerPrincipals, bearer } from '../../fixtures/security/bearer-principals.js';

const LONG = 3_600_000;

@Injectable()
@McpLimit({ limit: 1, windowMs: LONG })
class Limited {
  constructor(private readonly gate: Gate) {}

  @McpTool()
  once(): string {
    return 'done';
  }
  @McpTool()
  @McpLimit({ limit: 2, windowMs: LONG })
  twice(): string {
    return 'done';
  }
  @McpTool()
  @McpLimit({ limit: 1, windowMs: LONG, per: 'server' })
  shared(): string {
    return 'done';
  }
  @McpTool()
  @McpLimit({ concurrent: 1 })
  async alone(): Promise<string> {
    await this.gate.passage('alone');
    return 'done';
  }
  @McpTool({ task: 'required' })
  @McpLimit({ concurrent: 1 })
  async job(): Promise<string> {
    await this.gate.passage('job');
    return 'done';
  }
  @McpResource({ uri: 'thing://{id}' })
  thing(): string {
    return 'a thing';
  }
  @McpPrompt()
  plan(): string {
    return 'a plan';
  }
  @McpComplete({ resource: 'thing://{id}', argument: 'id' })
  ids(): string[] {
    return ['1'];
  }
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.dispose());

type Case = readonly [EraName, 'memory' | 'Redis', AdapterName, McpModuleOptions['mount']];
const CASES: readonly Case[] = [
  ['modern', 'memory', 'fastify', 'direct'],
  ['modern', 'Redis', 'express', 'controller'],
  ['legacy', 'memory', 'express', 'direct'],
  ['legacy', 'Redis', 'fastify', 'controller'],
];

describe.each(CASES)('limits of %s calls, in %s, on %s, mounted %s', (era, where, adapter, mount) => {
  const gate = new Gate();
  const opened: NestApp[] = [];
  let prefix = 0;

  async function open(mcp: Partial<McpModuleOptions> = {}): Promise<NestApp> {
    const providers = [
      { provide: Gate, useValue: gate },
      Limited,
      { provide: PrincipalResolver, useClass: BearerPrincipals },
    ];
    const store = where === 'memory' ? {} : { redis: redis.url, redisPrefix: `${era}-${prefix++}` };
    const app = await nestApp({ providers }, { adapter, mcp: { mount, ...store, ...mcp } });
    opened.push(app);
    return app;
  }
  afterEach(async () => {
    for (const app of opened.splice(0)) await app.close();
  });
  const client = (app: NestApp, who = 'alice') => EraClient.open(era, app.port, { headers: bearer(who) });

  function expectRefused({ status, error }: Outcome, atMostMs = LONG): void {
    expect(status).toBe(429);
    expect(error).toMatchObject({ code: 429, data: { retryAfterMs: expect.any(Number) } });
    const { retryAfterMs } = error!.data as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(atMostMs);
  }

  it('a call too many is answered 429 with when to come back; others are not affected', async () => {
    const app = await open();
    const [alice, bob] = [await client(app), await client(app, 'bob')];
    expect((await alice.tool('twice')).result).toBeDefined();
    expect((await alice.tool('twice')).result).toBeDefined();
    expectRefused(await alice.tool('twice'), LONG / 2);
    const reply = await send(app.port, alice.request('tools/call', { name: 'twice', arguments: {} }));
    const { retryAfterMs } = (JSON.parse(reply.body) as any).error.data;
    expect(Number(reply.headers['retry-after'])).toBe(Math.ceil(retryAfterMs / 1000));
    expect((await bob.tool('twice')).result).toBeDefined();
    expect((await alice.tool('once')).result).toBeDefined();
  });

  it('the limit of a class holds for each of its methods by itself, of every kind', async () => {
    const alice = await client(await open());
    const calls = [
      ['tools/call', { name: 'once', arguments: {} }],
      ['prompts/get', { name: 'plan' }],
      ['resources/read', { uri: 'thing://1' }],
      [
        'completion/complete',
        { ref: { type: 'ref/resource', uri: 'thing://{id}' }, argument: { name: 'id', value: '' } },
      ],
    ] as const;
    for (const [method, params] of calls) {
      expect((await alice.call(method, params)).result, method).toBeDefined();
      expectRefused(await alice.call(method, params));
    }
    // The template has one limit, whatever is read by it.
    expectRefused(await alice.call('resources/read', { uri: 'thing://2' }));
  });

  it('all clients share the limit of a server', async () => {
    const app = await open();
    expect((await (await client(app)).tool('shared')).result).toBeDefined();
    expectRefused(await (await client(app, 'bob')).tool('shared'));
  });

  it('so many calls run at once, and the next may begin when one has ended', async () => {
    const alice = await client(await open({ streamAfterMs: 60_000 }));
    const running = alice.tool('alone');
    await gate.reached('waiting alone');
    expectRefused(await alice.tool('alone'), 1000);
    gate.release('alone');
    expect((await running).result).toBeDefined();
    await expect.poll(async () => (await alice.tool('alone')).status).toBe(200);
  });

  it('a call that is refused is not counted as in use, nor is one of the application itself', async () => {
    const app = await open();
    const alice = await client(app);
    for (let i = 0; i < 3; i++) expect(await app.mcp.callTool('once')).toMatchObject({ content: [{ text: 'done' }] });
    expect((await alice.tool('once')).result).toBeDefined();
    for (let i = 0; i < 3; i++) expectRefused(await alice.tool('once'));
    expect(app.mcp.health().limits.refused).toBe(3);
  });

  it('the option "limits" counts all requests of a client but its ping, and several limits all hold', async () => {
    const limits = [{ limit: 3, windowMs: LONG }, { limit: 100 }, { concurrent: 50 }];
    const app = await open({ limits });
    const [alice, bob] = [await client(app), await client(app, 'bob')];
    await alice.call('tools/list');
    await alice.call('prompts/list');
    await alice.tool('once');
    for (const method of ['tools/list', 'resources/list']) expectRefused(await alice.call(method));
    expect((await alice.call('ping')).status).toBe(era === 'modern' ? 404 : 200);
    expect((await bob.call('tools/list')).result).toBeDefined();
  });

  it('an open subscription does not count as a request at the same time', async () => {
    const app = await open({ limits: { concurrent: 1 } });
    const alice = await client(app);
    const stream = await alice.listen();
    expect((await alice.call('tools/list')).result).toBeDefined();
    await stream.close();
  });
});

describe('limits elsewhere', () => {
  const gate = new Gate();
  const providers = [{ provide: Gate, useValue: gate }, Limited];

  it('in a batch each request is told for itself', async () => {
    const app = await nestApp({ providers });
    const client = await EraClient.open('legacy', app.port, { revision: '2025-03-26' });
    const call = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'once', arguments: {} },
    });
    const reply = await send(app.port, post([call(1), call(2)], { 'mcp-session-id': client.session }));
    expect(reply.status).toBe(200);
    const answers = (JSON.parse(reply.body) as { id: number }[]).toSorted((one, other) => one.id - other.id);
    expect(answers).toMatchObject([
      { id: 1, result: {} },
      { id: 2, error: { code: 429 } },
    ]);
    await app.close();
  });

  it('a subscription that is refused is over for the interceptors of the application, too', async () => {
    let over = 0;
    const counting: NestInterceptor = { intercept: (_, next) => next.handle().pipe(finalize(() => over++)) };
    const app = await nestApp(
      { providers: [...providers, { provide: APP_INTERCEPTOR, useValue: counting }] },
      { mcp: { limits: { limit: 1, windowMs: LONG } } },
    );
    expect(await send(app.port, modern('tools/list'))).toMatchObject({ status: 200 });
    const listen = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    expect(await send(app.port, listen)).toMatchObject({ status: 429 });
    await expect.poll(() => over).toBe(2);
    expect(app.mcp.health().budgets).toMatchObject({ requests: 0, requestBytes: 0 });
    await app.close();
  });

  it('a task is in use until it has ended, and not only until it was created', async () => {
    const app = await nestApp({ providers });
    const client = await EraClient.open('modern', app.port);
    const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': tasks };
    expect((await client.tool('job', {}, { meta })).result).toMatchObject({ resultType: 'task' });
    expect((await client.tool('job', {}, { meta })).error).toMatchObject({ code: 429 });
    gate.release('job');
    await expect.poll(async () => (await client.tool('job', {}, { meta })).status).toBe(200);
    await app.close();
  });

  it('a primitive that is registered at run time may have limits', async () => {
    const app = await nestApp({});
    await app.mcp.registerTool({ name: 'late' }, () => 'done', { limits: [{ limit: 1, windowMs: LONG }] });
    const client = await EraClient.open('modern', app.port);
    expect((await client.tool('late')).result).toBeDefined();
    expect((await client.tool('late')).error).toMatchObject({ code: 429 });
    await app.close();
  });

  it.each([
    [{}, 'Bad.tool: its limit needs "limit" or "concurrent", or it limits nothing'],
    [{ limit: 0 }, 'requires "limit" to be a whole number of at least 1'],
    [{ limit: 1, windowMs: 0.5 }, 'requires "windowMs" to be a whole number of at least 1'],
    [{ limits: 1 }, 'has no field "limits"'],
    [{ limit: 1, per: 'user' }, 'requires "per" to be "client" or "server"'],
  ])('the limit %o is refused at the start', async (limit, problem) => {
    @Injectable()
    class Bad {
      @McpTool()
      @McpLimit(limit as never)
      tool(): string {
        return 'never';
      }
    }
    expect(await startError({ providers: [Bad] })).toContain(problem);
    const option = await startError({}, { mcp: { limits: limit as never } }).catch(() => 'started');
    expect(option).toContain('McpModule option "limits"');
  });
});
