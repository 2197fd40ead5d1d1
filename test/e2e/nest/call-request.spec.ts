import { Controller, Injectable, Post, Req, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpContext, McpServer, McpTool } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { send } from '../../fixtures/clients/raw-http.js';

interface Request {
  headers: Record<string, string | undefined>;
  user?: { name: string };
  ip: string;
  startTime?: number;
  body?: unknown;
}

const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();

/** Written for HTTP: reads a header, and writes to the request. */
class HeaderGuard implements CanActivate {
  static readonly seen: Request[] = [];
  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    if (context.getType<string>() === 'mcp') HeaderGuard.seen.push(request);
    request.startTime = Date.now();
    const { 'x-user': name } = request.headers;
    if (name !== undefined) request.user = { name };
    return true;
  }
}

@Injectable()
class Tools {
  @McpTool()
  whoAmI(ctx: McpContext): unknown {
    return { user: ctx.user ?? null, principal: ctx.principal ?? null, tenant: ctx.headers['x-tenant'] ?? null };
  }
}

@Controller()
class Routes {
  constructor(private readonly mcp: McpServer) {}
  @Post('ask')
  async ask(@Req() request: object): Promise<unknown> {
    const inner = await this.mcp.callTool('whoAmI', {}, { http: request, user: { name: 'of the call' } });
    return { inner, outer: (request as Request).user ?? null };
  }
}

const textOf = (result: any): unknown => JSON.parse((result as { content: { text: string }[] }).content[0]!.text);

describe.each(ADAPTERS)('the request of a call, on %s', (adapter) => {
  let nest: NestApp;
  beforeAll(async () => {
    nest = await nestApp(
      { providers: [Tools], controllers: [Routes] },
      { adapter, prepare: (app) => app.useGlobalGuards(new HeaderGuard()) },
    );
  });
  afterAll(() => nest.close());
  beforeEach(() => HeaderGuard.seen.splice(0));

  it('a guard may write to the request of a call in process, and no other call finds it', async () => {
    const first = await nest.mcp.callTool('whoAmI', {}, { headers: { 'X-User': 'ada', 'X-Tenant': 'blue' } });
    const second = await nest.mcp.callTool('whoAmI');
    expect(textOf(first)).toEqual({ user: { name: 'ada' }, principal: null, tenant: 'blue' });
    expect(textOf(second)).toEqual({ user: null, principal: null, tenant: null });
    const [one, other] = HeaderGuard.seen;
    expect(one).not.toBe(other);
    expect(one?.startTime).toBeTypeOf('number');
    expect(one).toMatchObject({ method: 'POST', ip: '127.0.0.1', body: {} });
  });

  it('a call in process has the user that its caller gives, or else the principal', async () => {
    const principal = { issuer: 'https://login.test', subject: 'ada' };
    expect(textOf(await nest.mcp.callTool('whoAmI', {}, { principal }))).toMatchObject({ user: principal, principal });
    const both = await nest.mcp.callTool('whoAmI', {}, { principal, user: { name: 'eve' } });
    expect(textOf(both)).toMatchObject({ user: { name: 'eve' }, principal });
  });

  it('a call in the name of an HTTP request sees its headers, and leaves it as it was', async () => {
    const { body } = await send(nest.port, { path: '/ask', headers: { 'x-tenant': 'blue' } });
    const { inner, outer } = JSON.parse(body) as { inner: unknown; outer: unknown };
    expect(textOf(inner)).toMatchObject({ user: { name: 'of the call' }, tenant: 'blue' });
    expect(outer).toBeNull();
  });

  it('the calls of a batch do not share what a guard writes to their request', async () => {
    const client = await EraClient.open('legacy', nest.port, { revision: '2025-03-26' });
    const calls = [1, 2].map((id) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'whoAmI', arguments: {} },
    }));
    const { headers } = client.request('ping');
    const reply = await send(nest.port, { ...client.request('ping'), headers, body: JSON.stringify(calls) });
    expect(reply.status, reply.body).toBe(200);
    const [one, other] = HeaderGuard.seen;
    expect(HeaderGuard.seen).toHaveLength(2);
    expect(one).not.toBe(other);
    expect(one?.headers).toEqual(other?.headers);
  });
});
