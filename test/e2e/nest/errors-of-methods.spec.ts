import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  HttpException,
  Injectable,
  InternalServerErrorException,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { IsString } from 'class-validator';
import { concat, of, throwError } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  McpComplete,
  McpError,
  McpPrompt,
  McpResource,
  McpTool,
  progress,
  ToolError,
  type McpCompletion,
} from 'nestjs-mcp-fleet';
import { EraClient, ERAS, type Outcome } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

const CANARY = 'canary-9f3';

class Oops extends Error {
  readonly password = CANARY;
}

/** Everything a method may throw, by name. */
const FAULTS: Record<string, () => unknown> = {
  plain: () => new Oops(`${CANARY} in a message`),
  caused: () => new Error(`outer ${CANARY}`, { cause: new Error(`inner ${CANARY}`) }),
  text: () => `${CANARY} as text`,
  object: () => ({ message: CANARY, code: -1, status: 400 }),
  nothing: () => undefined,
  mcp: () => new McpError(4711, 'told on purpose', { data: { why: 'because' } }),
  tool: () => new ToolError('the model may read this'),
  '400': () => new BadRequestException('bad request'),
  list: () => new BadRequestException(['first', 'second']),
  '401': () => new UnauthorizedException('who are you'),
  '403': () => new ForbiddenException('not you'),
  '404': () => new NotFoundException('not here'),
  '409': () => new ConflictException('too late'),
  '422': () => new UnprocessableEntityException('no sense'),
  '429': () => new HttpException('too often', 429),
  '500': () => new InternalServerErrorException('we know'),
  '503': () => new ServiceUnavailableException('later'),
};

class Fault {
  @IsString() kind!: string;
}
const fail = (kind: string): never => {
  throw FAULTS[kind]!();
};

@Injectable()
class Failing {
  @McpTool()
  tool({ kind }: Fault): string {
    return fail(kind);
  }
  @McpTool()
  later({ kind }: Fault): unknown {
    return concat(
      of(progress(1), 'a value before'),
      throwError(() => FAULTS[kind]!()),
    );
  }
  @McpTool()
  async *generator({ kind }: Fault): AsyncGenerator<unknown> {
    yield 'a value before';
    fail(kind);
  }
  @McpResource({ uri: 'fail://{kind}' })
  resource({ kind }: Fault): string {
    return fail(kind);
  }
  @McpPrompt()
  prompt({ kind }: Fault): string {
    return fail(kind);
  }
  @McpComplete({ prompt: 'prompt', argument: 'kind' })
  completion({ value }: McpCompletion): string[] {
    return fail(value);
  }
}

type Caller = (client: EraClient, kind: string) => Promise<Outcome>;
const tool =
  (name: string): Caller =>
  (client, kind) =>
    client.tool(name, { kind });
const TOOLS: Record<string, Caller> = {
  tool: tool('tool'),
  'tool with an Observable': tool('later'),
  'tool with a generator': tool('generator'),
  'tool registered at run time': tool('dynamic'),
};
const OTHERS: Record<string, Caller> = {
  resource: (client, kind) => client.call('resources/read', { uri: `fail://${kind}` }),
  prompt: (client, kind) => client.call('prompts/get', { name: 'prompt', arguments: { kind } }),
  completion: (client, value) =>
    client.call('completion/complete', {
      ref: { type: 'ref/prompt', name: 'prompt' },
      argument: { name: 'kind', value },
    }),
};

const toolError = (text: string) => ({ content: [{ type: 'text', text }], isError: true });

describe.each(ERAS)('exceptions of methods in the %s era', (era) => {
  let nest: NestApp;
  let client: EraClient;
  beforeAll(async () => {
    nest = await nestApp({ providers: [Failing] });
    await nest.mcp.registerTool({ name: 'dynamic', input: Fault }, ({ kind }: Fault) => fail(kind));
    client = await EraClient.open(era, nest.port);
  });
  afterAll(() => nest.close());
  beforeEach(() => nest.logs.errors.splice(0));

  describe.each(Object.entries({ ...TOOLS, ...OTHERS }))('thrown by a %s', (name, call) => {
    it.each(['plain', 'caused', 'text', 'object', 'nothing'])(
      'an unexpected error is logged once and hidden from the client when it is %s',
      async (kind) => {
        const { result, error, body } = await call(client, kind);
        if (name in TOOLS) expect(result).toMatchObject(toolError('Internal error'));
        else expect(error).toEqual({ code: -32603, message: 'Internal error' });
        expect(body).not.toContain(CANARY);
        expect(nest.logs.errors).toHaveLength(1);
        if (kind !== 'nothing') expect(nest.logs.errors[0]).toContain(CANARY);
        expect(nest.logs.errors[0]).toMatch(/Failing\.|registered at run time/);
        if (kind === 'caused') expect(nest.logs.errors[0]).toContain('inner');
      },
    );

    it('an McpError reaches the client unchanged', async () => {
      const { error } = await call(client, 'mcp');
      expect(error).toEqual({ code: 4711, message: 'told on purpose', data: { why: 'because' } });
      expect(nest.logs.errors).toEqual([]);
    });

    it.each([
      ['401', { code: 401, message: 'who are you' }],
      ['403', { code: 403, message: 'not you' }],
    ])('an HTTP exception with status %s becomes a JSON-RPC error', async (kind, expected) => {
      expect((await call(client, kind)).error).toEqual(expected);
      expect(nest.logs.errors).toEqual([]);
    });
  });

  it.each([
    ['tool', 'the model may read this'],
    ['400', 'bad request'],
    ['list', 'first\nsecond'],
    ['404', 'not here'],
    ['409', 'too late'],
    ['422', 'no sense'],
    ['429', 'too often'],
    ['500', 'we know'],
    ['503', 'later'],
  ])("a tool's exception becomes an error result that the model can read when it is %s", async (kind, text) => {
    for (const call of Object.values(TOOLS)) {
      expect((await call(client, kind)).result).toMatchObject(toolError(text));
    }
    expect(nest.logs.errors).toEqual([]);
  });

  it.each([
    ['tool', -32603, 'the model may read this'],
    ['400', -32602, 'bad request'],
    ['list', -32602, 'first\nsecond'],
    ['409', 409, 'too late'],
    ['422', -32602, 'no sense'],
    ['429', 429, 'too often'],
    ['500', -32603, 'we know'],
    ['503', -32603, 'later'],
  ])(
    'an exception of a resource, prompt or completion becomes a JSON-RPC error when it is %s',
    async (kind, code, message) => {
      for (const call of Object.values(OTHERS)) expect((await call(client, kind)).error).toEqual({ code, message });
      expect(nest.logs.errors).toEqual([]);
    },
  );

  it('a 404 of a resource method means that the resource does not exist', async () => {
    const { error } = await OTHERS.resource!(client, '404');
    expect(error).toMatchObject({ code: era === 'modern' ? -32602 : -32002, data: { uri: 'fail://404' } });
    expect((await OTHERS.prompt!(client, '404')).error).toEqual({ code: -32602, message: 'not here' });
  });

  it('invalid arguments are reported to the client and not logged', async () => {
    const { error } = await client.call('prompts/get', { name: 'prompt', arguments: {} });
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('kind') as string });
    expect((await client.tool('tool', {})).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Invalid arguments:\nkind: /) as string }],
    });
    expect(nest.logs.errors).toEqual([]);
  });
});
