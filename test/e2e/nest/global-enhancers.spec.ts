import {
  ClassSerializerInterceptor,
  Injectable,
  UseInterceptors,
  ValidationPipe,
  type INestApplication,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Exclude } from 'class-transformer';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { createZodDto, ZodValidationPipe } from 'nestjs-zod';
import { NEVER, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { McpPrompt, McpResource, McpTool, progress, type GlobalEnhancers } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, startError, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import {
  CacheInterceptor,
  CelsiusInterceptor,
  EnvelopeInterceptor,
  JwtGuard,
  Public,
  Roles,
  RolesGuard,
  TimeoutInterceptor,
} from '../../fixtures/applications/http-enhancers.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';

class Forecast {
  @IsString() city!: string;
  @IsInt() degrees!: number;
}
class User {
  name = 'ada';
  @Exclude() password = 'canary';
}
class Search {
  @IsOptional() @IsInt() limit?: number;
}
/** The class that an explicit schema stands beside: it knows none of the arguments. */
class Other {
  @IsString() unknown!: string;
}
class Amount extends createZodDto(z.object({ amount: z.string().transform(Number) })) {}

@Injectable()
class Tools {
  calls = 0;
  @McpTool({ output: Forecast })
  forecast(): Forecast {
    return { city: 'Oslo', degrees: 9 };
  }
  @McpTool({ output: Forecast })
  @UseInterceptors(CelsiusInterceptor)
  celsius(): Forecast {
    return { city: 'Oslo', degrees: 9 };
  }
  @McpTool()
  text(): string {
    return 'nine';
  }
  @McpTool()
  async *steps(): AsyncGenerator<unknown> {
    yield progress(1, 2);
    yield { done: true };
  }
  @McpTool()
  user(): User {
    return new User();
  }
  @McpTool()
  slow(): Observable<unknown> {
    return NEVER;
  }
  @McpTool()
  count(): number {
    return ++this.calls;
  }
  @McpTool()
  search(search: Search): unknown {
    return { ...search, isSearch: search instanceof Search };
  }
  @McpTool({ input: z.object({ n: z.number().int() }) })
  explicit(args: Other): unknown {
    return args;
  }
  @McpTool({ input: Amount.schema })
  pay(args: Amount): unknown {
    return args;
  }
  @McpTool()
  @Public()
  open(): string {
    return 'open';
  }
  @McpTool()
  @Roles('admin')
  wipe(): string {
    return 'wiped';
  }
  @McpTool({ globalEnhancers: { guards: false } })
  unguarded(): string {
    return 'unguarded';
  }
  @McpResource({ uri: 'csv://x', mimeType: 'text/csv' })
  csv(): string {
    return 'a,b';
  }
  @McpPrompt()
  plan(): string {
    return 'Plan it.';
  }
}

const textOf = (result: Record<string, any> | undefined): string => result?.content[0].text as string;

async function withApp<T>(
  prepare: (app: INestApplication) => void,
  use: (nest: NestApp) => Promise<T>,
  { adapter, globalEnhancers }: { adapter?: AdapterName; globalEnhancers?: GlobalEnhancers } = {},
): Promise<T> {
  // The same enhancers would run around the HTTP request as well.
  const mcp = { mount: 'direct', ...(globalEnhancers && { globalEnhancers }) } as const;
  const nest = await nestApp({ providers: [Tools] }, { prepare, mcp, ...(adapter && { adapter }) });
  try {
    return await use(nest);
  } finally {
    await nest.close();
  }
}

describe('global interceptors', () => {
  it.each(ERAS)('what is in the envelope of a global interceptor is the result, in the %s era', (era) =>
    withApp(
      (app) => app.useGlobalInterceptors(new EnvelopeInterceptor()),
      async (nest) => {
        const client = await EraClient.open(era, nest.port);
        const { result, body } = await client.tool('forecast');
        expect(result?.structuredContent, body).toEqual({ city: 'Oslo', degrees: 9 });
        expect(textOf((await client.tool('text')).result)).toBe('nine');
        expect(textOf((await client.tool('steps')).result)).toBe('{"done":true}');
        expect((await client.call('resources/read', { uri: 'csv://x' })).result?.contents[0].text).toBe('a,b');
        expect((await client.call('prompts/get', { name: 'plan' })).result?.messages[0].content.text).toBe('Plan it.');
        expect(nest.logs.errors).toEqual([]);
      },
    ),
  );

  it('an interceptor whose result does not fit the output is named, with the cure and without the values', async () => {
    const advice = /interceptor CelsiusInterceptor replaced what the method returned by \{ text \}/;
    await withApp(
      () => {},
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        expect(textOf((await client.tool('celsius')).result)).toBe('Internal error');
        expect(nest.logs.errors.join()).toMatch(/Tools\.celsius failed/);
        expect(nest.logs.errors.join()).toMatch(advice);
        expect(nest.logs.errors.join()).not.toContain('9 °C');
      },
    );
    await withApp(
      (app) => app.useGlobalInterceptors(new CelsiusInterceptor()),
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        await client.tool('forecast');
        expect(nest.logs.errors.join()).toMatch(advice);
        expect(nest.logs.errors.join()).toContain(
          'globalEnhancers: { interceptors: { except: [CelsiusInterceptor] } }',
        );
      },
    );
  });

  it('serializers, timeouts and caches work inside an envelope', () =>
    withApp(
      (app) =>
        app.useGlobalInterceptors(
          new EnvelopeInterceptor(),
          new CacheInterceptor(),
          new TimeoutInterceptor(),
          new ClassSerializerInterceptor(app.get(Reflector)),
        ),
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        expect(JSON.parse(textOf((await client.tool('user')).result))).toEqual({ name: 'ada' });
        expect((await client.tool('slow')).result).toMatchObject({
          isError: true,
          content: [{ text: 'Took too long' }],
        });
        for (let i = 0; i < 2; i++) expect(textOf((await client.tool('count')).result)).toBe('1');
        expect((await client.tool('forecast')).result?.structuredContent).toEqual({ city: 'Oslo', degrees: 9 });
      },
    ));
});

describe.each(ADAPTERS)('global guards, on %s', (adapter) => {
  it('guards see the metadata of the tool', () =>
    withApp(
      (app) => app.useGlobalGuards(new JwtGuard(), new RolesGuard()),
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        const as = (role: string) => ({ headers: { authorization: `Bearer ${role}` } });
        expect((await client.tool('text')).error).toMatchObject({ code: 401 });
        expect(textOf((await client.tool('open')).result)).toBe('open');
        expect(textOf((await client.tool('text', {}, as('guest'))).result)).toBe('nine');
        expect((await client.tool('wipe', {}, as('guest'))).error).toMatchObject({ code: 403 });
        expect(textOf((await client.tool('wipe', {}, as('admin'))).result)).toBe('wiped');
        expect(textOf((await client.tool('unguarded')).result)).toBe('unguarded');
      },
      { adapter },
    ));
});

describe('global pipes', () => {
  it('arguments that a schema has accepted meet no pipe that validates a class', () =>
    withApp(
      (app) =>
        app.useGlobalPipes(
          new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
          new ZodValidationPipe(),
        ),
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        expect(textOf((await client.tool('explicit', { n: 1 })).result)).toBe('{"n":1}');
        expect(textOf((await client.tool('pay', { amount: '5' })).result)).toBe('{"amount":5}');
        const search = JSON.parse(textOf((await client.tool('search', { limit: 3 })).result)) as unknown;
        expect(search).toEqual({ limit: 3, isSearch: true });
        expect((await client.tool('search', { limit: 'x' })).result?.isError).toBe(true);
      },
    ));
});

describe('the option globalEnhancers', () => {
  const prepare = (app: INestApplication): void => {
    app.useGlobalGuards(new JwtGuard(), new RolesGuard());
    app.useGlobalInterceptors(new CelsiusInterceptor());
  };

  it.each<[string, GlobalEnhancers]>([
    ['none', { guards: false, interceptors: false }],
    ['those of a list', { guards: [], interceptors: [EnvelopeInterceptor] }],
    ['all but some', { guards: { except: [JwtGuard, RolesGuard] }, interceptors: { except: [CelsiusInterceptor] } }],
  ])('runs %s', (_name, globalEnhancers) =>
    withApp(
      prepare,
      async (nest) => {
        const client = await EraClient.open('modern', nest.port);
        expect((await client.tool('forecast')).result?.structuredContent).toEqual({ city: 'Oslo', degrees: 9 });
        await nest.mcp.registerTool(
          { name: 'guarded', globalEnhancers: { guards: true, interceptors: false } },
          () => 'registered',
        );
        expect((await client.tool('guarded')).error).toMatchObject({ code: 401 });
      },
      { globalEnhancers },
    ),
  );

  it.each<[object, RegExp]>([
    [{ guard: true }, /globalEnhancers.*no field "guard"/],
    [{ guards: 'all' }, /globalEnhancers.*"guards" to be a boolean, a list of classes/],
    [{ pipes: ['x'] }, /globalEnhancers.*"pipes"/],
  ])('refuses %j', async (globalEnhancers, message) => {
    const mcp = { globalEnhancers } as never;
    expect(await startError({ providers: [Tools] }, { mcp })).toMatch(message);
  });
});
