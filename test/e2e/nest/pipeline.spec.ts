import {
  BadRequestException,
  Body,
  Catch,
  Controller,
  createParamDecorator,
  Headers,
  Inject,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, ContextIdFactory, ModuleRef, REQUEST } from '@nestjs/core';
import { Transform } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  McpArgs,
  McpComplete,
  McpContext,
  McpCtx,
  McpError,
  McpExecutionContext,
  McpPrincipal,
  McpPrompt,
  McpResource,
  McpSession,
  McpTool,
  type McpCompletion,
} from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/era-client.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/nest-app.js';
import { send } from '../../fixtures/raw-http.js';

/** What happened, in order. */
let steps: string[] = [];
beforeEach(() => {
  steps = [];
});
const step = (text: string) => steps.push(text);

class Guard implements CanActivate {
  constructor(private readonly level: string) {}
  canActivate(context: ExecutionContext): boolean {
    step(`guard ${this.level} ${context.getType<string>()}`);
    return true;
  }
}
class Interceptor implements NestInterceptor {
  constructor(private readonly level: string) {}
  async intercept(_context: ExecutionContext, next: CallHandler) {
    step(`interceptor ${this.level}`);
    const { tap } = await import('rxjs');
    return next.handle().pipe(tap({ complete: () => step(`after ${this.level}`) }));
  }
}
class Pipe implements PipeTransform {
  constructor(private readonly level: string) {}
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    step(`pipe ${this.level} ${type}`);
    return value;
  }
}
@Catch(RangeError)
class Filter implements ExceptionFilter {
  constructor(private readonly level: string) {}
  catch(error: RangeError): never {
    step(`filter ${this.level}`);
    throw new McpError(1, error.message);
  }
}

class Words {
  @IsString() word!: string;
}

const bad = (word: string) => {
  step('method');
  if (word === 'throw') throw new RangeError('out of range');
  return word;
};

@Injectable()
@UseGuards(new Guard('class'))
@UseInterceptors(new Interceptor('class'))
@UsePipes(new Pipe('class'))
@UseFilters(new Filter('class'))
class Everything {
  @McpTool()
  @UseGuards(new Guard('method'))
  @UseInterceptors(new Interceptor('method'))
  @UsePipes(new Pipe('method'))
  tool({ word }: Words): string {
    return bad(word);
  }

  @McpResource({ uri: 'test://{word}' })
  @UseGuards(new Guard('method'))
  @UseInterceptors(new Interceptor('method'))
  @UsePipes(new Pipe('method'))
  resource({ word }: Words): string {
    return bad(word);
  }

  @McpPrompt()
  @UseGuards(new Guard('method'))
  @UseInterceptors(new Interceptor('method'))
  @UsePipes(new Pipe('method'))
  prompt({ word }: Words): string {
    return bad(word);
  }

  @McpComplete({ prompt: 'prompt', argument: 'word' })
  @UseGuards(new Guard('method'))
  @UseInterceptors(new Interceptor('method'))
  @UsePipes(new Pipe('method'))
  complete({ value }: McpCompletion): string[] {
    return [bad(value)];
  }
}

/** How each kind of primitive is called with a word. */
const CALLS: Record<string, (client: EraClient, word: unknown) => ReturnType<EraClient['call']>> = {
  tool: (client, word) => client.tool('tool', { word }),
  resource: (client, word) => client.call('resources/read', { uri: `test://${String(word)}` }),
  prompt: (client, word) => client.call('prompts/get', { name: 'prompt', arguments: { word } }),
  completion: (client, word) =>
    client.call('completion/complete', {
      ref: { type: 'ref/prompt', name: 'prompt' },
      argument: { name: 'word', value: word },
    }),
};

describe.each(ADAPTERS)('on %s', (adapter) => {
  describe('the order of things', () => {
    let nest: NestApp;
    beforeAll(async () => {
      nest = await nestApp(
        {
          providers: [
            Everything,
            { provide: APP_GUARD, useValue: new Guard('app') },
            { provide: APP_INTERCEPTOR, useValue: new Interceptor('app') },
            { provide: APP_PIPE, useValue: new Pipe('app') },
            { provide: APP_FILTER, useValue: new Filter('app') },
          ],
        },
        {
          adapter,
          prepare: (app) => {
            app.useGlobalGuards(new Guard('global'));
            app.useGlobalInterceptors(new Interceptor('global'));
            app.useGlobalPipes(new Pipe('global'));
            app.useGlobalFilters(new Filter('global'));
          },
        },
      );
      await nest.mcp.registerTool({ name: 'dynamic', input: Words }, ({ word }: Words) => bad(word), {
        guards: [new Guard('method')],
        interceptors: [new Interceptor('method')],
      });
    });
    afterAll(() => nest.close());

    describe.each(ERAS)('in the %s era', (era) => {
      it.each(Object.entries(CALLS))('is Nest’s own for a %s', async (_kind, call) => {
        const client = await EraClient.open(era, nest.port);
        const { result, body } = await call(client, 'hi');
        expect(result, body).toBeDefined();
        const levels = ['app', 'global', 'class', 'method'];
        expect(steps).toEqual([
          ...levels.map((level) => `guard ${level} mcp`),
          ...levels.map((level) => `interceptor ${level}`),
          ...levels.map((level) => `pipe ${level} body`),
          'method',
          ...levels.toReversed().map((level) => `after ${level}`),
        ]);
      });

      it.each(Object.entries(CALLS))('ends with the nearest filter for a %s', async (_kind, call) => {
        const client = await EraClient.open(era, nest.port);
        const { error } = await call(client, 'throw');
        expect(error).toEqual({ code: 1, message: 'out of range' });
        expect(steps.filter((line) => line.startsWith('filter'))).toEqual(['filter class']);
        expect(nest.logs.errors).toEqual([]);
      });
    });

    it('is the same for a tool registered at run time', async () => {
      const client = await EraClient.open('modern', nest.port);
      await client.tool('dynamic', { word: 'hi' });
      expect(steps.filter((line) => /guard|method/.test(line))).toEqual([
        // Nest puts the APP_ ones first: they exist before main.ts has the application in its hands.
        'guard app mcp',
        'guard global mcp',
        'guard method mcp',
        'interceptor method',
        'method',
        'after method',
      ]);
      expect(steps.filter((line) => line.startsWith('pipe'))).toEqual(['pipe app body', 'pipe global body']);
      const { error } = await client.tool('dynamic', { word: 'throw' });
      expect(error).toEqual({ code: 1, message: 'out of range' });
    });

    it('checks arguments after guards and interceptors, before pipes', async () => {
      const client = await EraClient.open('modern', nest.port);
      const { result } = await client.tool('tool', { word: 5 });
      expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('word') as string }] });
      expect(steps).toContain('guard method mcp');
      expect(steps).toContain('interceptor method');
      expect(steps.filter((line) => /pipe|method$|filter/.test(line))).toEqual(['interceptor method']);
    });
  });
});

describe('a guard that denies', () => {
  let nest: NestApp;
  afterEach(() => nest.close());

  @Injectable()
  class Denied {
    @McpTool()
    @UseGuards({ canActivate: () => false })
    nothing(): string {
      return 'secret';
    }
    @McpTool()
    @UseGuards({ canActivate: () => false })
    something(_: Words): string {
      return 'secret';
    }
  }

  it.each(ERAS)('does so before anybody learns what the arguments should be, in the %s era', async (era) => {
    nest = await nestApp({ providers: [Denied] });
    const client = await EraClient.open(era, nest.port);
    for (const tool of ['nothing', 'something']) {
      expect((await client.tool(tool, { surplus: 1 })).error).toEqual({ code: 403, message: 'Forbidden resource' });
    }
    expect(nest.logs.errors).toEqual([]);
  });
});

describe.each(ADAPTERS)('what a guard sees on %s', (adapter) => {
  let nest: NestApp;
  let seen: Record<string, unknown>;

  /** Written for HTTP, as most are: trusts what middleware has put on the request. */
  class HttpGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<{ user?: unknown; headers: Record<string, unknown>; url: string }>();
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

  it.each(ERAS)('is the real request and never the arguments, in the %s era', async (era) => {
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

  it('is an ordinary HTTP context for a route', async () => {
    await send(nest.port, { path: '/plain' });
    expect(seen).toMatchObject({ type: 'http', url: '/plain' });
    expect(seen.name).toBeUndefined();
  });

  it('is an empty request for a call in process', async () => {
    await nest.mcp.callTool('whoAmI', { user: 'x' });
    expect(seen).toMatchObject({ type: 'mcp', user: undefined, url: undefined, tenant: undefined });
  });

  it('refuses to make an MCP context of another', () => {
    expect(() => McpExecutionContext.create({ getType: () => 'http' } as ExecutionContext)).toThrow(
      /"http" context.*McpExecutionContext\.is/,
    );
  });
});

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
      return { name: ctx.name, b, args, principal: principal ?? null, hasSession: session !== undefined, tenant, later };
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

  it.each(ERAS)('come in any order, in the %s era', async (era) => {
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

  it('of the context do not go through pipes, which would take it apart', async () => {
    const client = await EraClient.open('modern', nest.port);
    expect((await client.tool('naive', { a: 1 })).result?.content).toEqual([{ type: 'text', text: 'naive' }]);
  });

  it('of an overriding method are its own', async () => {
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

  it('can be a route and a tool', async () => {
    const body = JSON.stringify({ id: 1, item: 'tea' });
    const headers = { 'content-type': 'application/json', 'x-tenant': 'blue' };
    const route = await send(nest.port, { path: '/orders', headers, body });
    expect(JSON.parse(route.body)).toEqual({ id: 1, item: 'tea', tenant: 'blue', url: '/orders' });

    const client = await EraClient.open('modern', nest.port, { headers: { 'x-tenant': 'red' } });
    const { result } = await client.tool('order', { id: 2, item: 'salt' });
    expect(JSON.parse(result?.content[0].text as string)).toEqual({ id: 2, item: 'salt', tenant: 'red', url: '/mcp' });
    expect((await client.tool('order', { id: 'x' })).result?.isError).toBe(true);
  });

  it('reads path and query parameters from the arguments', async () => {
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
  ])('with %j does not harm arguments that are valid', async (options) => {
    nest = await nestApp({ providers: [Tools] }, { prepare: (app) => app.useGlobalPipes(new ValidationPipe(options)) });
    const client = await EraClient.open('modern', nest.port);
    const { result } = await client.tool('search', { text: ' tea ', tags: ['a'] });
    expect(JSON.parse(result?.content[0].text as string)).toEqual({ text: 'tea', tags: ['a'], limit: 10, isSearch: true });
    expect((await client.tool('plain', { free: 'x' })).result?.content[0].text).toBe('{"free":"x"}');
    expect((await client.tool('once', { text: 'x' })).result?.content[0].text).toBe('x!');
    expect((await client.call('resources/read', { uri: 'doc://tea' })).result?.contents[0].text).toContain('"tea"');
    const prompt = await client.call('prompts/get', { name: 'ask', arguments: { text: 'tea' } });
    expect(prompt.result?.messages[0].content.text).toBe('tea 10');
  });
});

describe('request scope', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Caller {
    static made = 0;
    readonly number = ++Caller.made;
    constructor(@Inject(REQUEST) readonly request: McpContext) {}
  }
  @Injectable()
  class Counter {
    calls = 0;
  }
  @Injectable()
  class Tools {
    constructor(
      @Inject(Caller) private readonly caller: Caller,
      @Inject(Counter) private readonly counter: Counter,
      @Inject(ModuleRef) private readonly modules: ModuleRef,
    ) {}

    @McpTool()
    async whoCalls(ctx: McpContext): Promise<unknown> {
      const { request, number } = this.caller;
      const again = await this.modules.resolve(Caller, ContextIdFactory.getByRequest(request));
      return {
        isContext: request instanceof McpContext && request === ctx,
        tenant: request.headers['x-tenant'],
        hasHttp: request.http !== undefined,
        user: request.user,
        number,
        sameCall: again === this.caller,
        calls: ++this.counter.calls,
      };
    }
    @McpResource({ uri: 'caller://me' })
    me(): string {
      return String(this.caller.request.headers['x-tenant']);
    }
  }
  describe.each(ADAPTERS)('on %s', (adapter) => {
    let nest: NestApp;
    beforeAll(async () => {
      nest = await nestApp({ providers: [Caller, Counter, Tools] }, { adapter });
    });
    afterAll(() => nest.close());

    it.each(ERAS)('gives each call its own providers, in the %s era', async (era) => {
      const client = await EraClient.open(era, nest.port);
      const answers = await Promise.all(
        ['blue', 'red'].map(async (tenant) => {
          const { result, body } = await client.tool('whoCalls', {}, { headers: { 'x-tenant': tenant } });
          if (!result || result.isError) throw new Error(body);
          return JSON.parse(result.content[0].text as string) as Record<string, unknown>;
        }),
      );
      for (const [index, answer] of answers.entries()) {
        expect(answer).toMatchObject({ isContext: true, tenant: ['blue', 'red'][index], hasHttp: true, sameCall: true });
      }
      expect(answers[0]!.number).not.toBe(answers[1]!.number);
      expect(answers[0]!.calls).not.toBe(answers[1]!.calls);
      const { result } = await client.call('resources/read', { uri: 'caller://me' }, { headers: { 'x-tenant': 'green' } });
      expect(result?.contents[0].text).toBe('green');
    });
  });

  it('knows the user that a guard found', async () => {
    const guard: CanActivate = {
      canActivate: (context) => {
        context.switchToHttp().getRequest<{ user?: unknown }>().user = { name: 'ada' };
        return true;
      },
    };
    const nest = await nestApp({ providers: [Caller, Counter, Tools] }, { prepare: (app) => app.useGlobalGuards(guard) });
    try {
      const client = await EraClient.open('modern', nest.port);
      const { result } = await client.tool('whoCalls');
      expect(JSON.parse(result?.content[0].text as string)).toMatchObject({ user: { name: 'ada' } });
    } finally {
      await nest.close();
    }
  });

  it('reports a provider that cannot be made, once, and hides why', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Broken {
      constructor() {
        throw new Error('canary of a constructor');
      }
    }
    @Injectable()
    class Uses {
      constructor(@Inject(Broken) readonly broken: Broken) {}
      @McpTool() broken1(): string {
        return 'never';
      }
    }
    const nest = await nestApp({ providers: [Broken, Uses] });
    try {
      const client = await EraClient.open('modern', nest.port);
      const { body, result } = await client.tool('broken1');
      expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'Internal error' }] });
      expect(body).not.toContain('canary');
      expect(nest.logs.about('canary')).toHaveLength(1);
    } finally {
      await nest.close();
    }
  });
});

describe('a pipe that throws', () => {
  it.each(ERAS)('is answered like an invalid argument, in the %s era', async (era) => {
    @Injectable()
    class Tools {
      @McpTool({ input: Words })
      even(@McpArgs('word', { transform: () => { throw new BadRequestException('not even a word'); } }) word: string) {
        return word;
      }
    }
    const nest = await nestApp({ providers: [Tools] });
    try {
      const client = await EraClient.open(era, nest.port);
      const { result } = await client.tool('even', { word: 'x' });
      expect(result).toMatchObject({ isError: true, content: [{ text: 'not even a word' }] });
      expect(nest.logs.errors).toEqual([]);
    } finally {
      await nest.close();
    }
  });
});

describe('a filter', () => {
  let nest: NestApp;
  afterEach(() => nest.close());

  it('knows that it is not HTTP', async () => {
    const types: string[] = [];
    @Catch()
    class Any implements ExceptionFilter {
      catch(error: unknown, host: ArgumentsHost): unknown {
        types.push(host.getType<string>());
        throw error;
      }
    }
    nest = await nestApp({ providers: [Everything, { provide: APP_FILTER, useClass: Any }] });
    const client = await EraClient.open('modern', nest.port);
    await client.call('prompts/get', { name: 'prompt', arguments: { word: 'throw' } });
    await client.call('prompts/get', { name: 'prompt', arguments: {} });
    expect(types).toEqual(['mcp']);
  });
});
