import {
  BadRequestException,
  Catch,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { IsString } from 'class-validator';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpArgs, McpComplete, McpError, McpPrompt, McpResource, McpTool, type McpCompletion } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

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
  describe('order of enhancers', () => {
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
          // The order around a call, without the HTTP request before it.
          mcp: { mount: 'direct' },
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
      it.each(Object.entries(CALLS))('enhancers run in the order that Nest documents for a %s', async (_kind, call) => {
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

      it.each(Object.entries(CALLS))('an exception reaches only the nearest filter for a %s', async (_kind, call) => {
        const client = await EraClient.open(era, nest.port);
        const { error } = await call(client, 'throw');
        expect(error).toEqual({ code: 1, message: 'out of range' });
        expect(steps.filter((line) => line.startsWith('filter'))).toEqual(['filter class']);
        expect(nest.logs.errors).toEqual([]);
      });
    });

    it('enhancers run in the same order for a tool registered at run time', async () => {
      const client = await EraClient.open('modern', nest.port);
      await client.tool('dynamic', { word: 'hi' });
      expect(steps.filter((line) => /guard|method/.test(line))).toEqual([
        // Nest runs APP_ enhancers first: they exist before main.ts gets the application.
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

    it('arguments are validated after guards and interceptors and before pipes', async () => {
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

  it.each(ERAS)('a guard denies a call before its arguments are validated in the %s era', async (era) => {
    nest = await nestApp({ providers: [Denied] });
    const client = await EraClient.open(era, nest.port);
    for (const tool of ['nothing', 'something']) {
      expect((await client.tool(tool, { surplus: 1 })).error).toEqual({ code: 403, message: 'Forbidden resource' });
    }
    expect(nest.logs.errors).toEqual([]);
  });
});

describe('a pipe that throws', () => {
  it.each(ERAS)('an exception of a pipe is answered like an invalid argument in the %s era', async (era) => {
    @Injectable()
    class Tools {
      @McpTool({ input: Words })
      even(
        @McpArgs('word', {
          transform: () => {
            throw new BadRequestException('not even a word');
          },
        })
        word: string,
      ) {
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

  it('an exception filter sees the context type mcp', async () => {
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
