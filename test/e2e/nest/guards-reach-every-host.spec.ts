import {
  Controller,
  Inject,
  Injectable,
  Scope,
  UseGuards,
  type CanActivate,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { nestApp, startError, type NestApp, type NestAppOptions } from '../../fixtures/applications/nest-app.js';

@Injectable()
class Policy {
  readonly allows = false;
}

/** Guards of the application refuse the HTTP request of a controller; these tests are about what they do to a call. */
const DIRECT = { mount: 'direct' } as const;

/** Denies by the policy it injects; without dependency injection it would crash instead. */
@Injectable()
class PolicyGuard implements CanActivate {
  constructor(@Inject(Policy) private readonly policy: Policy) {}
  canActivate(): boolean {
    return this.policy.allows;
  }
}
@Injectable({ scope: Scope.REQUEST })
class RequestGuard extends PolicyGuard {}
@Injectable({ scope: Scope.TRANSIENT })
class TransientGuard extends PolicyGuard {}

let ran = 0;

const guards = { singleton: PolicyGuard, 'request-scoped': RequestGuard, transient: TransientGuard };

/** A fresh class per test, because Nest caches what it finds out about a class. */
function toolsClass(onMethod: Type<CanActivate>[], onClass: Type<CanActivate>[], scope = Scope.DEFAULT): Type {
  class Tools {
    @McpTool()
    @UseGuards(...onMethod)
    secret(): string {
      ran++;
      return 'secret';
    }
  }
  if (onClass.length > 0) UseGuards(...onClass)(Tools);
  Injectable({ scope })(Tools);
  return Tools;
}

type Host = (onMethod: Type<CanActivate>[], onClass: Type<CanActivate>[]) => ModuleMetadata;

const provided =
  (provide: (tools: Type) => Provider, scope?: Scope): Host =>
  (onMethod, onClass) => ({ providers: [provide(toolsClass(onMethod, onClass, scope))] });

const HOSTS: Record<string, Host> = {
  'a provider': provided((tools) => tools),
  'a request-scoped provider': provided((tools) => tools, Scope.REQUEST),
  'a transient provider': provided((tools) => tools, Scope.TRANSIENT),
  'a class under another token': provided((tools) => ({ provide: 'TOOLS', useClass: tools })),
  'an alias': (onMethod, onClass) => {
    const tools = toolsClass(onMethod, onClass);
    return { providers: [tools, { provide: 'ALIAS', useExisting: tools }] };
  },
  'a controller': (onMethod, onClass) => {
    const tools = toolsClass(onMethod, onClass);
    Controller('x')(tools);
    return { controllers: [tools] };
  },
  'a request-scoped controller': (onMethod, onClass) => {
    const tools = toolsClass(onMethod, onClass, Scope.REQUEST);
    Controller({ path: 'x', scope: Scope.REQUEST })(tools);
    return { controllers: [tools] };
  },
  'a subclass': (onMethod, onClass) => {
    class Derived extends toolsClass(onMethod, onClass) {}
    Injectable()(Derived);
    return { providers: [Derived] };
  },
  'a factory': provided((tools) => ({ provide: tools, useFactory: () => new tools() })),
  'a factory under another token': provided((tools) => ({ provide: 'TOOLS', useFactory: () => new tools() })),
  'a value': provided((tools) => ({ provide: tools, useValue: new tools() })),
  'a value under another token': provided((tools) => ({ provide: 'TOOLS', useValue: new tools() })),
};

/** Hosts that Nest does not construct, and whose enhancers it therefore does not prepare. */
const isForeign = (host: string) => /^a (factory|value)/.test(host);

let nest: NestApp | undefined;
beforeEach(() => {
  ran = 0;
});
afterEach(async () => {
  await nest?.close();
  nest = undefined;
});

async function expectDenied(metadata: ModuleMetadata, options: NestAppOptions = {}): Promise<void> {
  nest = await nestApp(
    { ...metadata, providers: [Policy, ...(metadata.providers ?? [])] },
    { mcp: DIRECT, ...options },
  );
  const client = await EraClient.open('modern', nest.port);
  const { error, body } = await client.tool('secret');
  expect(error, body).toEqual({ code: 403, message: 'Forbidden resource' });
  expect(ran).toBe(0);
}

describe.each(Object.entries(HOSTS).filter(([name]) => !isForeign(name)))('a tool of %s', (_name, host) => {
  it.each(Object.entries(guards))('a %s guard on the method protects the tool', async (_kind, guard) => {
    await expectDenied(host([guard], []));
  });
  it.each(Object.entries(guards))('a %s guard on the class protects the tool', async (_kind, guard) => {
    await expectDenied(host([], [guard]));
  });
});

describe.each(Object.entries(HOSTS))('a tool of %s', (name, host) => {
  it('a guard from useGlobalGuards() protects the tool', async () => {
    await expectDenied(host([], []), { prepare: (app) => app.useGlobalGuards(new PolicyGuard(new Policy())) });
  });
  it('an APP_GUARD protects the tool', async () => {
    const { providers = [], ...rest } = host([], []);
    await expectDenied({ ...rest, providers: [...providers, { provide: APP_GUARD, useClass: PolicyGuard }] });
  });
  it.each([RequestGuard, TransientGuard])('an APP_GUARD %o protects the tool or stops the start-up', async (guard) => {
    const { providers = [], ...rest } = host([], []);
    const metadata = { ...rest, providers: [Policy, ...providers, { provide: APP_GUARD, useClass: guard }] };
    if (!isForeign(name) || name === 'a factory') return expectDenied(metadata);
    // Nest would run the method without the guard, so the application must not start.
    expect(await startError(metadata)).toMatch(/Tools\.secret: .*global.*useClass/s);
  });
});

describe.each(Object.entries(HOSTS).filter(([name]) => isForeign(name)))('a tool of %s', (_name, host) => {
  it('an application does not start when Nest cannot construct the guard of a tool', async () => {
    const metadata = host([PolicyGuard], []);
    const refusal = await startError({ ...metadata, providers: [Policy, ...metadata.providers!] });
    expect(refusal).toMatch(/Tools\.secret: .*PolicyGuard.*useClass/s);
  });
});

describe('a tool registered at run time', () => {
  const register = (app: NestApp) => app.mcp.registerTool({ name: 'secret' }, () => ran++);

  it.each(Object.entries(guards))('a %s APP_GUARD protects a tool registered at run time', async (_kind, guard) => {
    nest = await nestApp({ providers: [Policy, { provide: APP_GUARD, useClass: guard }] }, { mcp: DIRECT });
    await register(nest);
    const client = await EraClient.open('modern', nest.port);
    expect((await client.tool('secret')).error).toEqual({ code: 403, message: 'Forbidden resource' });
    expect(ran).toBe(0);
  });

  it('a tool registered at run time is protected by its own guard', async () => {
    nest = await nestApp({});
    await nest.mcp.registerTool({ name: 'secret' }, () => ran++, { guards: [new PolicyGuard(new Policy())] });
    const client = await EraClient.open('modern', nest.port);
    expect((await client.tool('secret')).error?.code).toBe(403);
    expect(ran).toBe(0);
  });
});
