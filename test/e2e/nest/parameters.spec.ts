import {
  Body,
  Controller,
  createParamDecorator,
  Headers,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  UsePipes,
  ValidationPipe,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  McpArgs,
  McpContext,
  McpCtx,
  McpPrincipal,
  McpPrompt,
  McpResource,
  McpSession,
  McpTool,
} from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { send } from '../../fixtures/clients/raw-http.js';

describe('parameters', () => {
  const Tenant = createParamDecorator((_data: unknown, context: ExecutionContext) => {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-tenant'];
  });
  const Later = createParamDecorator(async (data: string) => `later ${data}`);
  class Naive implements PipeTransform {
    transform(value: unknown): unknown {
      return typeof value === 'object' ? { ...value } : value;
    }
  }

  class Sum {
    @IsInt() a!: number;
    @IsInt() @IsOptional() b?: number = 5;
  }

  @Injectable()
  class Tools {
    @McpTool()
    contextFirst(ctx: McpContext): string {
      return ctx.name;
    }
    @McpTool()
    both(args: Sum, ctx: McpContext): unknown {
      return { isSum: args instanceof Sum, ...args, name: ctx.name, method: ctx.method };
    }
    @McpTool({ input: Sum })
    decorated(
      @McpCtx() ctx: McpContext,
      @McpArgs('b') b: number,
      @McpArgs() args: Sum,
      @McpPrincipal() principal: unknown,
      @McpSession() session: { id: string } | undefined,
      @Tenant() tenant: string,
      @Later('x') later: string,
    ): unknown {
      return {
        name: ctx.name,
        b,
        args,
        principal: principal ?? null,
        hasSession: session !== undefined,
        tenant,
        later,
      };
    }
    @McpTool({ input: Sum })
    piped(@McpArgs('a', { transform: (value: number) => value * 2 }) double: number): number {
      return double;
    }
    @McpTool()
    @UsePipes(new Naive())
    naive(_args: Sum, ctx: McpContext): string {
      return ctx.name;
    }
  }

  let nest: NestApp;
  beforeAll(async () => {
    nest = await nestApp({ providers: [Tools] });
  });
  afterAll(() => nest.close());

  it.each(ERAS)('parameters of a method can stand in any order in the %s era', async (era) => {
    const client = await EraClient.open(era, nest.port, { headers: { 'x-tenant': 'blue' } });
    const json = async (name: string, args?: Record<string, unknown>) => {
      const { result, body } = await client.tool(name, args);
      return result ? (JSON.parse(result.content[0].text as string) as unknown) : body;
    };
    expect((await client.tool('contextFirst')).result?.content[0].text).toBe('contextFirst');
    expect(await json('both', { a: 1 })).toEqual({ isSum: true, a: 1, b: 5, name: 'both', method: 'tools/call' });
    expect(await json('decorated', { a: 1, b: 2 })).toEqual({
      name: 'decorated',
      b: 2,
      args: { a: 1, b: 2 },
      principal: null,
      hasSession: era === 'legacy',
      tenant: 'blue',
      later: 'later x',
    });
    expect(await json('piped', { a: 4 })).toBe(8);
  });

  it('the context parameter does not pass through pipes', async () => {
    const client = await EraClient.open('modern', nest.port);
    expect((await client.tool('naive', { a: 1 })).result?.content).toEqual([{ type: 'text', text: 'naive' }]);
  });

  it('an overriding method has its own parameters', async () => {
    @Injectable()
    class Base {
      @McpTool()
      describe(_args: Sum, _ctx: McpContext): string {
        return 'base';
      }
    }
    @Injectable()
    class Derived extends Base {
      @McpTool({ input: Sum })
      override describe(@McpCtx() ctx: any, @McpArgs('a') a: any): string {
        return `derived ${(ctx as McpContext).name} ${a as number}`;
      }
    }
    const other = await nestApp({ providers: [Derived] });
    try {
      const client = await EraClient.open('modern', other.port);
      expect((await client.tool('describe', { a: 7 })).result?.content[0].text).toBe('derived describe 7');
    } finally {
      await other.close();
    }
  });
});

describe('a method of a controller', () => {
  class Order {
    @IsInt() id!: number;
    @IsString() item!: string;
  }
  @Controller('orders')
  class Orders {
    @Post()
    @McpTool({ name: 'order' })
    order(@Body() order: Order, @Headers('x-tenant') tenant: string, @Req() request: { url: string }): unknown {
      return { ...order, tenant, url: request.url };
    }
    @Post('find/:id')
    @McpTool({
      name: 'find',
      input: { type: 'object', properties: { id: { type: 'integer' }, deep: { type: 'boolean' } }, required: ['id'] },
    })
    find(@Param('id', ParseIntPipe) id: number, @Query('deep') deep?: unknown): unknown {
      return { id, deep: deep ?? null };
    }
    @Post('undecorated')
    @McpTool({ name: 'undecorated' })
    undecorated(order: Order): unknown {
      return order ?? 'nothing';
    }
  }

  let nest: NestApp;
  beforeAll(async () => {
    nest = await nestApp({ controllers: [Orders] }, { prepare: (app) => app.useGlobalPipes(new ValidationPipe()) });
  });
  afterAll(() => nest.close());

  it('one controller method can be a route and a tool', async () => {
    const body = JSON.stringify({ id: 1, item: 'tea' });
    const headers = { 'content-type': 'application/json', 'x-tenant': 'blue' };
    const route = await send(nest.port, { path: '/orders', headers, body });
    expect(JSON.parse(route.body)).toEqual({ id: 1, item: 'tea', tenant: 'blue', url: '/orders' });

    const client = await EraClient.open('modern', nest.port, { headers: { 'x-tenant': 'red' } });
    const { result } = await client.tool('order', { id: 2, item: 'salt' });
    expect(JSON.parse(result?.content[0].text as string)).toEqual({
      id: 2,
      item: 'salt',
      tenant: 'red',
      url: '/orders',
    });
    expect((await client.tool('order', { id: 'x' })).result?.isError).toBe(true);
  });

  it('a tool of a controller reads path and query parameters from its arguments', async () => {
    const client = await EraClient.open('modern', nest.port);
    const { result } = await client.tool('find', { id: 3, deep: true });
    expect(JSON.parse(result?.content[0].text as string)).toEqual({ id: 3, deep: true });
    const route = await send(nest.port, { path: '/orders/find/4?deep=yes' });
    expect(JSON.parse(route.body)).toEqual({ id: 4, deep: 'yes' });
  });
});

describe('ValidationPipe of the application', () => {
  class Question {
    @IsString() @Transform(({ value }) => (value as string).trim()) text!: string;
    @IsInt() @IsOptional() limit?: number = 10;
  }
  class Search extends Question {
    @IsArray() @IsOptional() tags?: string[];
  }
  class Once {
    @IsString() @Transform(({ value }) => `${String(value)}!`) text!: string;
  }
  @Injectable()
  class Tools {
    @McpTool()
    search(query: Search): unknown {
      return { ...query, isSearch: query instanceof Search };
    }
    @McpTool()
    once(query: Once): string {
      return query.text;
    }
    @McpTool({ input: { type: 'object', properties: { free: { type: 'string' } } } })
    plain(args: Record<string, unknown>): unknown {
      return args;
    }
    @McpResource({ uri: 'doc://{text}' })
    read(query: Question): unknown {
      return query;
    }
    @McpPrompt()
    ask(query: Question): string {
      return `${query.text} ${query.limit}`;
    }
  }
  let nest: NestApp;
  afterEach(() => nest.close());

  it.each([
    {},
    { whitelist: true },
    { transform: true },
    { whitelist: true, transform: true, forbidNonWhitelisted: true, forbidUnknownValues: true },
    { transform: true, transformOptions: { enableImplicitConversion: true } },
  ])('a global ValidationPipe with %j does not change valid arguments', async (options) => {
    nest = await nestApp({ providers: [Tools] }, { prepare: (app) => app.useGlobalPipes(new ValidationPipe(options)) });
    const client = await EraClient.open('modern', nest.port);
    const { result } = await client.tool('search', { text: ' tea ', tags: ['a'] });
    expect(JSON.parse(result?.content[0].text as string)).toEqual({
      text: 'tea',
      tags: ['a'],
      limit: 10,
      isSearch: true,
    });
    expect((await client.tool('plain', { free: 'x' })).result?.content[0].text).toBe('{"free":"x"}');
    expect((await client.tool('once', { text: 'x' })).result?.content[0].text).toBe('x!');
    expect((await client.call('resources/read', { uri: 'doc://tea' })).result?.contents[0].text).toContain('"tea"');
    const prompt = await client.call('prompts/get', { name: 'ask', arguments: { text: 'tea' } });
    expect(prompt.result?.messages[0].content.text).toBe('tea 10');
  });
});
