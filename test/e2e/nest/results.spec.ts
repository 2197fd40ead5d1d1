import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { IsInt } from 'class-validator';
import { EMPTY, concat, from, map, of, tap, type Observable } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpComplete, McpPrompt, McpResource, McpTool, progress, text, McpContext } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

let intercepted: unknown[] = [];
beforeEach(() => {
  intercepted = [];
});

/** Records every emission and passes it on. */
class Watching implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap((value) => intercepted.push(value)));
  }
}
/** Wraps every value, as many applications do. */
class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

class Point {
  @IsInt() x!: number;
  get double(): number {
    return this.x * 2;
  }
}
const point = (x: number) => Object.assign(new Point(), { x });

async function* generated(): AsyncGenerator<unknown> {
  yield progress(1, 2, 'half');
  yield 'early';
  yield progress(2, 2);
  return 'last';
}
const observed = () => concat(of(progress(1, 2, 'half')), of('early'), of(progress(2, 2)), of('last'));

@Injectable()
class Values {
  @McpTool() string(): unknown {
    return 'text';
  }
  @McpTool() number(): unknown {
    return 5;
  }
  @McpTool() boolean(): unknown {
    return false;
  }
  @McpTool() nothing(): unknown {
    return undefined;
  }
  @McpTool() nil(): unknown {
    return null;
  }
  @McpTool() object(): unknown {
    return { a: [1] };
  }
  @McpTool() list(): unknown {
    return [1, 2];
  }
  @McpTool() emptyList(): unknown {
    return [];
  }
  @McpTool() instance(): unknown {
    return point(2);
  }
  @McpTool({ output: Point }) output(): unknown {
    return point(2);
  }
  @McpTool() block(): unknown {
    return text('block');
  }
  @McpTool() blocks(): unknown {
    return [text('one'), { type: 'image', data: 'AA==', mimeType: 'image/png' }];
  }
  @McpTool() whole(): unknown {
    return { content: [text('whole')], isError: true, structuredContent: { a: 1 }, _meta: { 'my/key': 1 } };
  }
  @McpTool() async promise(): Promise<unknown> {
    return 'promised';
  }
  @McpTool() observable(): unknown {
    return observed();
  }
  @McpTool() async promiseOfObservable(): Promise<unknown> {
    return observed();
  }
  @McpTool() async *generator(): AsyncGenerator<unknown> {
    yield* generated();
    return 'last';
  }
  @McpTool() async promiseOfIterable(): Promise<unknown> {
    return generated();
  }
  @McpTool() emptyObservable(): unknown {
    return EMPTY;
  }
  @McpTool() onlyProgress(): unknown {
    return of(progress(1));
  }
  @McpTool() reported(ctx: McpContext): unknown {
    for (const done of [1, 1, 0.5, 2]) ctx.progress(done, 2);
    return 'reported';
  }
  @McpTool({ output: Point }) outputOfObservable(): unknown {
    return from([point(1), point(7)]);
  }

  @McpTool() @UseInterceptors(new Watching()) watchedObservable(): unknown {
    return observed();
  }
  @McpTool() @UseInterceptors(new Watching()) async *watchedGenerator(): AsyncGenerator<unknown> {
    yield* generated();
    return 'last';
  }
  @McpTool() @UseInterceptors(new Wrapping()) wrappedObservable(): unknown {
    return observed();
  }
  @McpTool() @UseInterceptors(new Wrapping()) wrappedGenerator(): unknown {
    return generated();
  }
  @McpTool() @UseInterceptors(new Wrapping()) wrappedValue(): unknown {
    return 'last';
  }

  @McpResource({ uri: 'v://string' }) rString(): unknown {
    return 'text';
  }
  @McpResource({ uri: 'v://markdown', mimeType: 'text/markdown' }) rMarkdown(): unknown {
    return '# text';
  }
  @McpResource({ uri: 'v://buffer' }) rBuffer(): unknown {
    return Buffer.from([0, 255]);
  }
  @McpResource({ uri: 'v://bytes', mimeType: 'image/png' }) rBytes(): unknown {
    return new Uint8Array([0, 255]);
  }
  @McpResource({ uri: 'v://object' }) rObject(): unknown {
    return { a: 1 };
  }
  @McpResource({ uri: 'v://nothing' }) rNothing(): unknown {
    return undefined;
  }
  @McpResource({ uri: 'v://contents' }) rContents(): unknown {
    return { uri: 'v://contents/1', text: 'one' };
  }
  @McpResource({ uri: 'v://many' }) rMany(): unknown {
    return [
      { uri: 'v://many/1', text: 'one' },
      { uri: 'v://many/2', blob: 'AA==' },
    ];
  }
  @McpResource({ uri: 'v://whole' }) rWhole(): unknown {
    return { contents: [{ uri: 'v://w', text: 'whole' }], _meta: { 'my/key': 1 } };
  }
  @McpResource({ uri: 'v://observable' }) rObservable(): unknown {
    return observed();
  }
  @McpResource({ uri: 'v://generator' }) rGenerator(): unknown {
    return generated();
  }

  @McpPrompt({ description: 'A string' }) pString(): unknown {
    return 'say this';
  }
  @McpPrompt() pMessages(): unknown {
    return [{ role: 'assistant', content: text('hello') }, text('block'), 'string'];
  }
  @McpPrompt() pWhole(): unknown {
    return { description: 'own', messages: [{ role: 'user', content: text('whole') }] };
  }
  @McpPrompt() pObservable(): unknown {
    return observed();
  }
  @McpPrompt({ input: { type: 'object', properties: { a: { type: 'string' } } } }) pCompleted(): unknown {
    return 'x';
  }
  @McpComplete({ prompt: 'pCompleted', argument: 'a' }) async *complete(): AsyncGenerator<unknown> {
    yield ['one'];
    yield Array.from({ length: 150 }, (_, index) => index);
  }
}

const textOf = (value: string) => ({ content: [{ type: 'text', text: value }] });

describe.each(ERAS)('results in the %s era', (era) => {
  let nest: NestApp;
  let client: EraClient;
  beforeAll(async () => {
    nest = await nestApp({ providers: [Values] });
    client = await EraClient.open(era, nest.port);
  });
  afterAll(() => nest.close());

  const result = async (name: string) => {
    const { result: found, error, body } = await client.tool(name);
    if (!found) throw new Error(`${JSON.stringify(error)} ${body}`);
    const { resultType, _meta, ...rest } = found;
    expect(resultType).toBe(era === 'modern' ? 'complete' : undefined);
    return rest;
  };

  it.each([
    ['string', textOf('text')],
    ['number', textOf('5')],
    ['boolean', textOf('false')],
    ['nothing', { content: [] }],
    ['nil', { content: [] }],
    ['object', textOf('{"a":[1]}')],
    ['list', textOf('[1,2]')],
    ['emptyList', textOf('[]')],
    ['instance', textOf('{"x":2}')],
    ['block', textOf('block')],
    ['blocks', { content: [text('one'), { type: 'image', data: 'AA==', mimeType: 'image/png' }] }],
    ['whole', { ...textOf('whole'), isError: true, structuredContent: { a: 1 } }],
    ['promise', textOf('promised')],
    ['emptyObservable', { content: [] }],
    ['onlyProgress', { content: [] }],
  ])('a tool that returns %s gets the expected result', async (name, expected) => {
    expect(await result(name)).toEqual(expected);
  });

  it('the _meta of a complete result is kept', async () => {
    expect((await client.tool('whole')).result?._meta).toMatchObject({ 'my/key': 1 });
  });

  it('a value that fits the output schema is sent as structured content and as text', async () => {
    const { content, structuredContent } = (await client.tool('output')).result!;
    expect(structuredContent).toEqual({ x: 2 });
    expect(JSON.parse(content[0].text as string)).toEqual({ x: 2 });
    expect((await client.tool('outputOfObservable')).result?.structuredContent).toEqual({ x: 7 });
  });

  const STREAMS = [
    ...['observable', 'promiseOfObservable', 'generator', 'promiseOfIterable'],
    ...['watchedObservable', 'watchedGenerator'],
  ];
  it.each(STREAMS)('the last value of %s is the result, and its progress is sent', async (name) => {
    const { result: found, notifications } = await client.tool(name, {}, { meta: { progressToken: 'p' } });
    expect(found).toMatchObject(textOf('last'));
    expect(notifications).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, total: 2, message: 'half' } },
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 2, total: 2 } },
    ]);
    expect(await result(name)).toEqual(textOf('last'));
  });

  it.each(['watchedObservable', 'watchedGenerator'])('interceptors see each emission of %s', async (name) => {
    await client.tool(name);
    expect(intercepted).toEqual([progress(1, 2, 'half'), 'early', progress(2, 2), 'last']);
  });

  it.each(['wrappedObservable', 'wrappedGenerator', 'wrappedValue'])(
    'an interceptor that maps every value maps the result of %s and keeps its progress',
    async (name) => {
      const { result: found, notifications } = await client.tool(name, {}, { meta: { progressToken: 1 } });
      expect(found).toMatchObject(textOf('{"data":"last"}'));
      expect(notifications).toHaveLength(name === 'wrappedValue' ? 0 : 2);
    },
  );

  it('progress that does not increase is dropped', async () => {
    const { notifications } = await client.tool('reported', {}, { meta: { progressToken: 1 } });
    expect(notifications.map(({ params }) => params?.progress as number)).toEqual([1, 2]);
  });

  it.each([
    ['string', [{ mimeType: 'text/plain', text: 'text' }]],
    ['markdown', [{ mimeType: 'text/markdown', text: '# text' }]],
    ['buffer', [{ mimeType: 'application/octet-stream', blob: 'AP8=' }]],
    ['bytes', [{ mimeType: 'image/png', blob: 'AP8=' }]],
    ['object', [{ mimeType: 'application/json', text: '{"a":1}' }]],
    ['contents', [{ uri: 'v://contents/1', text: 'one' }]],
    [
      'many',
      [
        { uri: 'v://many/1', text: 'one' },
        { uri: 'v://many/2', blob: 'AA==' },
      ],
    ],
    ['whole', [{ uri: 'v://w', text: 'whole' }]],
    ['observable', [{ mimeType: 'text/plain', text: 'last' }]],
    ['generator', [{ mimeType: 'text/plain', text: 'last' }]],
  ])('a resource that returns %s gets the expected contents', async (name, contents) => {
    const { result: found } = await client.call('resources/read', { uri: `v://${name}` });
    expect(found?.contents).toEqual(contents.map((one) => ({ uri: `v://${name}`, ...one })));
  });

  it('a resource that returns nothing is reported as not found', async () => {
    const { error } = await client.call('resources/read', { uri: 'v://nothing' });
    expect(error).toMatchObject({ code: era === 'modern' ? -32602 : -32002, data: { uri: 'v://nothing' } });
  });

  it.each([
    ['pString', { description: 'A string', messages: [{ role: 'user', content: text('say this') }] }],
    [
      'pMessages',
      {
        messages: [
          { role: 'assistant', content: text('hello') },
          { role: 'user', content: text('block') },
          { role: 'user', content: text('string') },
        ],
      },
    ],
    ['pWhole', { description: 'own', messages: [{ role: 'user', content: text('whole') }] }],
    ['pObservable', { messages: [{ role: 'user', content: text('last') }] }],
  ])('a prompt that returns %s gets the expected messages', async (name, expected) => {
    expect((await client.call('prompts/get', { name })).result).toMatchObject(expected);
  });

  it('a completion returns at most a hundred values, as text', async () => {
    const ref = { type: 'ref/prompt', name: 'pCompleted' };
    const { result: found } = await client.call('completion/complete', { ref, argument: { name: 'a', value: '' } });
    expect(found?.completion).toMatchObject({ total: 150, hasMore: true });
    expect(found?.completion.values).toHaveLength(100);
    expect(found?.completion.values[99]).toBe('99');
  });
});
