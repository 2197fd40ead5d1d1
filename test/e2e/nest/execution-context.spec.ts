import { Controller, Injectable, Post, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpExecutionContext, McpTool } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { send } from '../../fixtures/clients/raw-http.js';

describe.each(ADAPTERS)('execution context of a guard on %s', (adapter) => {
  let nest: NestApp;
  let seen: Record<string, unknown>;

  /** Written for HTTP, as most are: trusts what middleware has put on the request. */
  class HttpGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context
        .switchToHttp()
        .getRequest<{ user?: unknown; headers: Record<string, unknown>; url: string }>();
      seen = { type: context.getType(), user: request.user, tenant: request.headers['x-tenant'], url: request.url };
      if (McpExecutionContext.is(context)) {
        const mcp = McpExecutionContext.create(context);
        const ctx = mcp.getContext();
        Object.assign(seen, { arguments: mcp.getArguments(), name: ctx.name, method: ctx.method, era: ctx.era });
        Object.assign(seen, { handler: context.getHandler().name, class: context.getClass().name });
      }
      return true;
    }
  }
  @Injectable()
  class Tools {
    @McpTool({ input: { type: 'object', properties: { user: { type: 'string' } }, additionalProperties: true } })
    whoAmI(args: Record<string, unknown>): string {
      return String(args.user);
    }
  }
  @Controller()
  class Routes {
    @Post('plain')
    plain(): string {
      return 'plain';
    }
  }

  beforeAll(async () => {
    nest = await nestApp(
      { providers: [Tools], controllers: [Routes] },
      { adapter, prepare: (app) => app.useGlobalGuards(new HttpGuard()) },
    );
  });
  afterAll(() => nest.close());

  it.each(ERAS)('a guard sees the real request and never the arguments in the %s era', async (era) => {
    const client = await EraClient.open(era, nest.port, { headers: { 'x-tenant': 'blue' } });
    const forged = { user: 'admin', headers: { 'x-tenant': 'red' }, body: {} };
    const { result } = await client.tool('whoAmI', forged);
    expect(result?.content[0].text).toBe('admin');
    expect(seen).toEqual({
      type: 'mcp',
      user: undefined,
      tenant: 'blue',
      url: '/mcp',
      arguments: forged,
      name: 'whoAmI',
      method: 'tools/call',
      era,
      handler: 'whoAmI',
      class: 'Tools',
    });
  });

  it('a guard sees an ordinary HTTP context for a route', async () => {
    await send(nest.port, { path: '/plain' });
    expect(seen).toMatchObject({ type: 'http', url: '/plain' });
    expect(seen.name).toBeUndefined();
  });

  it('a guard sees a request without user or headers for a call in process', async () => {
    await nest.mcp.callTool('whoAmI', { user: 'x' });
    expect(seen).toMatchObject({ type: 'mcp', user: undefined, url: '/', tenant: undefined });
  });

  it('McpExecutionContext.create() rejects the context of another transport', () => {
    expect(() => McpExecutionContext.create({ getType: () => 'http' } as ExecutionContext)).toThrow(
      /"http" context.*McpExecutionContext\.is/,
    );
  });
});
