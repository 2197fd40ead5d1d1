import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AuditSink,
  CapacityError,
  InsufficientScopeError,
  McpContext,
  McpError,
  McpPrompt,
  McpResource,
  McpRoles,
  McpTool,
  PrincipalRefusedError,
  PrincipalResolver,
  principalId,
  type Principal,
  type PrincipalRequest,
} from 'nestjs-mcp-fleet';
import { nestApp, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS, type EraName } from '../../fixtures/clients/era-client.js';
import { call, post } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { BearerPrincipals, bearer } from '../../fixtures/security/bearer-principals.js';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';

class Deny implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}
class Text {
  @IsString() text!: string;
}

@Injectable()
class Things {
  @McpTool()
  echo({ text }: Text): string {
    return text;
  }
  @McpTool()
  breaks(): never {
    throw new Error('an internal matter');
  }
  @McpTool()
  coded(): never {
    throw new McpError(4711, 'no');
  }
  @McpTool()
  @UseGuards(Deny)
  guarded(): string {
    return 'never';
  }
  @McpTool()
  scoped(): never {
    throw new InsufficientScopeError(['admin']);
  }
  @McpTool()
  @McpRoles('admin')
  hidden(): string {
    return 'never';
  }
  @McpTool()
  full(): never {
    throw new CapacityError('full');
  }
  @McpResource({ uri: 'thing://{id}' })
  thing(): string {
    return 'a thing';
  }
  @McpPrompt()
  plan(): string {
    return 'a plan';
  }
}

/** Knows bearer tokens, and refuses the one of mallory. */
class Principals extends BearerPrincipals {
  override resolve(request: PrincipalRequest): Principal | undefined {
    const principal = super.resolve(request);
    if (principal?.subject === 'mallory') throw new PrincipalRefusedError(401, 'Who are you?');
    if (principal?.subject === 'narrow') {
      throw new PrincipalRefusedError(403, 'Which scope?', 'Bearer error="insufficient_scope", scope="mcp"');
    }
    if (principal?.subject === 'garbled') throw new PrincipalRefusedError(400, 'What do you mean?');
    return principal && { ...principal, clientId: 'app', tenant: 'acme', scopes: ['a-scope'] };
  }
}

const ALICE = { issuer: 'https://as.example', subject: 'alice', clientId: 'app' };
const WHO = { principal: principalId(ALICE), ...ALICE, tenant: 'acme', address: '127.0.0.1' };

const CASES: readonly (readonly [EraName, AdapterName, 'controller' | 'direct'])[] = [
  ['modern', 'fastify', 'controller'],
  ['modern', 'express', 'direct'],
  ['legacy', 'fastify', 'direct'],
  ['legacy', 'express', 'controller'],
];

describe.each(CASES)('the audit of %s requests on %s, mounted %s', (era, adapter, mount) => {
  const sink = new RecordingSink();
  let app: NestApp;
  let alice: EraClient;

  beforeAll(async () => {
    const providers = [
      Things,
      { provide: AuditSink, useValue: sink },
      { provide: PrincipalResolver, useClass: Principals },
    ];
    app = await nestApp({ providers }, { adapter, mcp: { mount, audit: { instance: 'one' } } });
    alice = await EraClient.open(era, app.port, { headers: bearer('alice') });
  });
  beforeEach(() => sink.events.splice(0));
  afterAll(() => app.close());

  it('tells who called which tool, where, how it ended and how long it took', async () => {
    const before = Date.now();
    await alice.tool('echo', { text: 'hello' }, { id: 'a-request' });
    const session = era === 'legacy' ? { session: expect.stringMatching(/^[\w-]{16}$/) } : {};
    const revision = era === 'legacy' ? '2025-11-25' : '2026-07-28';
    expect(sink.events).toEqual([
      {
        kind: 'request',
        ...{ at: expect.any(Number), instance: 'one', who: WHO, ...session },
        ...{ method: 'tools/call', name: 'echo', era, revision, requestId: 'a-request', via: 'http' },
        ...{ outcome: 'ok', milliseconds: expect.any(Number) },
      },
    ]);
    expect(sink.events[0]!.at).toBeGreaterThanOrEqual(before);
  });

  it.each([
    ['echo', { outcome: 'tool-error' }],
    ['breaks', { outcome: 'tool-error' }],
    ['coded', { outcome: 'error', code: 4711 }],
    ['guarded', { outcome: 'refused', reason: 'forbidden', code: 403 }],
    ['scoped', { outcome: 'refused', reason: 'scope', code: 403 }],
    ['hidden', { outcome: 'refused', reason: 'forbidden', code: -32602 }],
    ['full', { outcome: 'refused', reason: 'capacity', code: -32603 }],
    ['nowhere', { outcome: 'error', code: -32602 }],
  ])('tells how a call of "%s" ended', async (name, ending) => {
    await alice.tool(name);
    expect(sink.told).toEqual([expect.objectContaining({ method: 'tools/call', name, ...ending })]);
  });

  it('tells of lists, prompts and resources, and of a template in place of what was read by it', async () => {
    await alice.call('tools/list');
    await alice.call('prompts/get', { name: 'plan' });
    await alice.call('resources/read', { uri: 'thing://a-secret-id' });
    await alice.call('resources/read', { uri: 'other://a-secret-id' });
    expect(sink.told).toMatchObject([
      { method: 'tools/list', outcome: 'ok' },
      { method: 'prompts/get', name: 'plan', outcome: 'ok' },
      { method: 'resources/read', name: 'thing://{id}', outcome: 'ok' },
      { method: 'resources/read', outcome: 'error' },
    ]);
    expect(JSON.stringify(sink.events)).not.toContain('a-secret-id');
  });

  it('tells of anonymous callers where they come from', async () => {
    await (await EraClient.open(era, app.port)).tool('echo', { text: 'hello' });
    expect(sink.events.at(-1)!.who).toEqual({ principal: 'anon', address: '127.0.0.1' });
  });

  it('tells of principals and hosts that are refused', async () => {
    await send(app.port, call('echo', { text: 'hello' }, { headers: bearer('mallory') }));
    await send(app.port, call('echo', { text: 'hello' }, { headers: { host: 'evil.example' } }));
    await send(app.port, call('echo', { text: 'hello' }, { headers: bearer('garbled') }));
    await send(app.port, call('echo', { text: 'hello' }, { headers: bearer('narrow') }));
    const who = { principal: 'anon', address: '127.0.0.1' };
    expect(sink.told).toEqual([
      { kind: 'refusal', who, outcome: 'refused', reason: 'unauthenticated', status: 401, via: 'http' },
      { kind: 'refusal', who, outcome: 'refused', reason: 'forbidden', status: 403, via: 'http' },
      { kind: 'refusal', who, outcome: 'refused', reason: 'unauthenticated', status: 400, via: 'http' },
      { kind: 'refusal', who, outcome: 'refused', reason: 'scope', status: 403, via: 'http' },
    ]);
  });

  it('tells of calls in process', async () => {
    await app.mcp.callTool('echo', { text: 'hello' }, { principal: ALICE });
    const { address: _address, tenant: _tenant, ...who } = WHO;
    expect(sink.told).toMatchObject([{ who, name: 'echo', via: 'process', outcome: 'ok' }]);
  });

  it('tells nothing of a ping', async () => {
    await alice.call('ping');
    expect(sink.about('ping')).toEqual([]);
  });
});

describe('the audit of sessions', () => {
  it.each(['controller', 'direct', 'http-server'] as const)(
    'tells of their beginning and their end, mounted %s',
    async (mount) => {
      const sink = new RecordingSink();
      const providers = [Things, { provide: AuditSink, useValue: sink }];
      const app = await nestApp({ providers }, { mcp: { mount, maxSessions: 2, maxSessionsPerClient: 1 } });
      const client = await EraClient.open('legacy', app.port);
      await client.listen();
      const params = { protocolVersion: '2025-11-25', capabilities: {} };
      const over = await send(app.port, post({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
      expect(over.status).toBe(429);
      const headers = { 'mcp-session-id': client.session! };
      expect((await send(app.port, { verb: 'DELETE', headers })).status).toBe(204);
      const who = { principal: 'anon', address: '127.0.0.1' };
      expect(sink.told).toMatchObject([
        { kind: 'request', method: 'initialize', outcome: 'ok', who },
        { kind: 'refusal', status: 429, reason: 'limit', who },
        { kind: 'session-end', outcome: 'ok', who },
      ]);
      const [begun, , ended] = sink.events;
      expect(ended!.session).toBe(begun!.session);
      expect(JSON.stringify(sink.events)).not.toContain(client.session);
      await app.close();
    },
  );
});

describe('the audit of tasks', () => {
  @Injectable()
  class Jobs {
    @McpTool({ task: 'required' })
    job(): string {
      return 'done';
    }
    @McpTool({ task: 'required' })
    fails(): never {
      throw new McpError(4711, 'no');
    }
  }

  it('tells of their beginning as a call, and of their end', async () => {
    const sink = new RecordingSink();
    const app = await nestApp({ providers: [Jobs, { provide: AuditSink, useValue: sink }] });
    const client = await EraClient.open('modern', app.port);
    const meta = {
      'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
    };
    for (const name of ['job', 'fails']) await client.tool(name, {}, { meta });
    await expect.poll(() => sink.events.length).toBe(4);
    expect(sink.told.filter(({ kind }) => kind === 'request')).toMatchObject([
      { name: 'job', outcome: 'task' },
      { name: 'fails', outcome: 'task' },
    ]);
    expect(sink.told.filter(({ kind }) => kind === 'task-end')).toMatchObject([
      { name: 'job', outcome: 'ok', who: { principal: 'anon' }, milliseconds: 'number' },
      { name: 'fails', outcome: 'error', code: 4711 },
    ]);
    await app.close();
  });
});

it('the audit tells that a client has cancelled its call', async () => {
  const sink = new RecordingSink();
  @Injectable()
  class Slow {
    @McpTool()
    slow(ctx: McpContext): Promise<string> {
      return new Promise((_resolve, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('over'))));
    }
  }
  const app = await nestApp({ providers: [Slow, { provide: AuditSink, useValue: sink }] });
  const client = await EraClient.open('modern', app.port);
  const controller = new AbortController();
  const calling = send(app.port, { ...client.request('tools/call', { name: 'slow' }), signal: controller.signal });
  await expect.poll(() => app.mcp.health().open.requests).toBe(1);
  controller.abort();
  await expect(calling).rejects.toThrow();
  await expect.poll(() => sink.told).toMatchObject([{ name: 'slow', outcome: 'cancelled' }]);
  await app.close();
});

it('without a sink nothing is recorded', async () => {
  const app = await nestApp({ providers: [Things] });
  for (const era of ERAS) await (await EraClient.open(era, app.port)).tool('echo', { text: 'hello' });
  expect(app.mcp.health().audit).toEqual({ recorded: 0, pending: 0, dropped: 0, failed: 0 });
  await app.close();
});
