import {
  Controller,
  Get,
  Headers,
  Inject,
  Injectable,
  Param,
  Scope,
  UseFilters,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { mcpClient, type McpClient } from 'nestjs-mcp-fleet/testing';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  constructor(@Inject(REQUEST) readonly request: { headers: Record<string, string>; params: object; url: string }) {}
}

class Wrap implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

class Sold extends Error {}

/** Writes to the response, as filters for HTTP do. */
class ConflictFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<any>().status(409).send({ message: 'It is sold' });
  }
}

@Controller('scoped')
class Scoped {
  static instances = 0;
  constructor(private readonly tenant: Tenant) {
    Scoped.instances += 1;
  }
  @McpTool()
  @UseInterceptors(Wrap)
  @Get('tenant/:id')
  tenantOf(@Param('id') _id: string): object {
    const { headers, params, url } = this.tenant.request;
    return { tenant: headers['x-tenant'], params, url };
  }

  @McpTool({ headers: ['X-Region'] })
  @Get('region')
  region(@Headers('X-Region') region: string, @Headers('authorization') credential?: string): object {
    return { region, credential: credential ?? null };
  }

  @McpTool()
  @UseFilters(ConflictFilter)
  @Get('sell')
  sell(): never {
    throw new Sold('row 7 of the table of orders');
  }
}

describe.each(ADAPTERS)('the scope of a route that is a tool, on %s', (adapter) => {
  let nest: NestApp;
  let client: McpClient;
  beforeAll(async () => {
    nest = await nestApp({ controllers: [Scoped], providers: [Tenant] }, { adapter });
    client = mcpClient(nest.app, { headers: { 'x-tenant': 'acme', authorization: 'Bearer t' } });
  });
  afterAll(() => nest.close());

  it('gives request-scoped providers the request of the call, one instance for each', async () => {
    Scoped.instances = 0;
    for (const id of ['1', '2']) {
      const { text } = await client.callTool('tenantOf', { id });
      expect(JSON.parse(text)).toEqual({ data: { tenant: 'acme', params: { id }, url: `/scoped/tenant/${id}` } });
    }
    expect(Scoped.instances).toBe(2);
  });

  it('takes the headers that the tool names as arguments, and credentials from the caller alone', async () => {
    const { text } = await client.callTool('region', { 'x-region': 'eu' });
    expect(JSON.parse(text)).toEqual({ region: 'eu', credential: 'Bearer t' });
    expect(await client.callTool('region', { authorization: 'Bearer forged' })).toMatchObject({ isError: true });
  });

  it('answers what a filter of the route sends to the response', async () => {
    expect(await client.callTool('sell')).toMatchObject({ isError: true, text: 'HTTP 409: It is sold' });
  });
});
