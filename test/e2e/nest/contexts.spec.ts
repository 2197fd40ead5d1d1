import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Injectable, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { IsString } from 'class-validator';
import { ClsModule, ClsService, type ClsModuleOptions } from 'nestjs-cls';
import { LoggerModule, PinoLogger } from 'nestjs-pino';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { McpComplete, McpContext, McpPrompt, McpResource, McpServer, McpTool, progress } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { pinoHttp } from '../../fixtures/applications/pino-lines.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';

class Answer {
  @IsString() city!: string;
}

class Named {
  @IsString() name!: string;
}

/** Reads the context of the application at every point of a method where it could be lost. */
@Injectable()
class Tools {
  static read: () => unknown = () => undefined;
  static ofTask: Deferred;

  @McpTool()
  async *walk(ctx: McpContext): AsyncGenerator<unknown> {
    const seen = [Tools.read()];
    await turn();
    seen.push(Tools.read());
    yield progress(1, 2);
    seen.push(Tools.read());
    if (ctx.can('elicitation')) {
      await ctx.step('draft', async () => seen.push(Tools.read()));
      await ctx.elicit(Answer, 'Which city?');
      seen.push(Tools.read());
    }
    yield JSON.stringify(seen);
  }

  @McpTool({ task: 'required' })
  async report(): Promise<string> {
    const first = Tools.read();
    await turn();
    Tools.ofTask.resolve([first, Tools.read()]);
    return 'done';
  }

  @McpResource({ uri: 'context://{name}' })
  async resource(): Promise<string> {
    const first = Tools.read();
    await turn();
    return JSON.stringify([first, Tools.read()]);
  }

  @McpPrompt()
  async prompt({ name: _ }: Named): Promise<string> {
    const first = Tools.read();
    await turn();
    return JSON.stringify([first, Tools.read()]);
  }

  @McpComplete({ prompt: 'prompt', argument: 'name' })
  async complete(): Promise<string[]> {
    const first = Tools.read();
    await turn();
    return [String(first), String(Tools.read())];
  }
}

interface Deferred {
  readonly promise: Promise<unknown[]>;
  readonly resolve: (seen: unknown[]) => void;
}
function deferred(): Deferred {
  let resolve!: Deferred['resolve'];
  const promise = new Promise<unknown[]>((done) => (resolve = done));
  return { promise, resolve };
}

interface Way {
  readonly name: string;
  /** Called before each application, with what its tools need to read. */
  readonly start: () => {
    readonly metadata: ModuleMetadata;
    readonly prepare?: (app: INestApplication) => void;
    readonly read: (app: INestApplication) => unknown;
  };
}

const plain = new AsyncLocalStorage<string>();
const cls = (mode: ClsModuleOptions) => () => ({
  metadata: { imports: [ClsModule.forRoot({ global: true, ...mode })] },
  read: (app: INestApplication) => app.get(ClsService).get<string>('tenant'),
});
const tenantOf = (request: { headers: Record<string, string> }): string => request.headers['x-tenant']!;
const TENANT = createContextKey('tenant');
const WAYS: readonly Way[] = [
  {
    name: 'OpenTelemetry',
    start: () => {
      context.disable();
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      return {
        metadata: {},
        // As an instrumentation of HTTP does.
        prepare: (app) =>
          void app.use((request: never, _response: unknown, next: () => void) =>
            context.with(ROOT_CONTEXT.setValue(TENANT, tenantOf(request)), next),
          ),
        read: () => context.active().getValue(TENANT),
      };
    },
  },
  {
    name: 'an AsyncLocalStorage that middleware runs',
    start: () => ({
      metadata: {},
      prepare: (app) =>
        void app.use((request: never, _response: unknown, next: () => void) => plain.run(tenantOf(request), next)),
      read: () => plain.getStore(),
    }),
  },
  {
    name: 'nestjs-cls as middleware',
    start: cls({ middleware: { mount: true, setup: (store, request) => store.set('tenant', tenantOf(request)) } }),
  },
  {
    name: 'nestjs-cls as a guard',
    start: cls({
      guard: {
        mount: true,
        setup: (store, context) => store.set('tenant', tenantOf(context.switchToHttp().getRequest())),
      },
    }),
  },
  {
    name: 'nestjs-cls as an interceptor',
    start: cls({
      interceptor: {
        mount: true,
        setup: (store, context) => store.set('tenant', tenantOf(context.switchToHttp().getRequest())),
      },
    }),
  },
  {
    name: 'nestjs-pino',
    start: () => {
      const logger = new PinoLogger({ pinoHttp });
      return {
        // The default pattern of nestjs-pino 5 matches no path on Fastify, those of routes neither.
        metadata: { imports: [LoggerModule.forRoot({ pinoHttp, forRoutes: ['*path'] })] },
        read: () =>
          (logger.logger.bindings() as { req?: { headers: Record<string, string> } }).req?.headers['x-tenant'],
      };
    },
  },
];

async function withApp(way: Way, adapter: AdapterName, use: (nest: NestApp) => Promise<void>): Promise<void> {
  const { metadata, prepare, read } = way.start();
  Tools.ofTask = deferred();
  const nest = await nestApp({ ...metadata, providers: [Tools] }, { adapter, ...(prepare && { prepare }) });
  Tools.read = () => read(nest.app) ?? null;
  try {
    await use(nest);
  } finally {
    await nest.close();
  }
}

async function connect(port: number, mode: 'auto' | 'legacy'): Promise<Client> {
  const client = new Client(
    { name: 'contexts', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  client.setRequestHandler(
    'elicitation/create',
    async () => ({ action: 'accept', content: { city: 'Oslo' } }) as never,
  );
  const requestInit = { headers: { 'x-tenant': mode } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit }));
  return client;
}

afterAll(() => context.disable());

describe.each(ADAPTERS)('on %s', (adapter) => {
  describe.each(WAYS)('the context of $name', (way) => {
    it('is there throughout a tool that streams and asks, in both eras at once', () =>
      withApp(way, adapter, async (nest) => {
        const modes = ['auto', 'legacy'] as const;
        const clients = await Promise.all(modes.map((mode) => connect(nest.port, mode)));
        const results = await Promise.all(clients.map((client) => client.callTool({ name: 'walk', arguments: {} })));
        await Promise.all(clients.map((client) => client.close()));
        const seen = results.map(({ content }) => JSON.parse((content as { text: string }[])[0]!.text) as unknown[]);
        for (const [i, mode] of modes.entries()) {
          expect(seen[i]!.length).toBeGreaterThanOrEqual(4);
          expect(seen[i]!.filter((one) => one !== mode && typeof one !== 'number')).toEqual([]);
        }
      }));

    it('is there in a resource, a prompt and a completer, in both eras', () =>
      withApp(way, adapter, async (nest) => {
        for (const era of ERAS) {
          const client = await EraClient.open(era, nest.port, { headers: { 'x-tenant': era } });
          const both = JSON.stringify([era, era]);
          const read = await client.call('resources/read', { uri: 'context://a' });
          expect(read.result).toMatchObject({ contents: [{ text: both }] });
          const prompt = await client.call('prompts/get', { name: 'prompt', arguments: { name: 'a' } });
          expect(prompt.result).toMatchObject({ messages: [{ content: { text: both } }] });
          const ref = { type: 'ref/prompt', name: 'prompt' };
          const completed = await client.call('completion/complete', { ref, argument: { name: 'name', value: '' } });
          expect(completed.result).toMatchObject({ completion: { values: [era, era] } });
        }
      }));

    it.each(ERAS)('is there in a task of the %s era', (era) =>
      withApp(way, adapter, async (nest) => {
        const extensions = { 'io.modelcontextprotocol/tasks': {} };
        const meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions } };
        const client = await EraClient.open(era, nest.port, { headers: { 'x-tenant': 'blue' } });
        const params = { name: 'report', arguments: {} };
        await (era === 'modern'
          ? client.call('tools/call', params, { meta })
          : client.call('tools/call', { ...params, task: {} }));
        expect(await Tools.ofTask.promise).toEqual(['blue', 'blue']);
      }),
    );
  });
});

describe('a call in process', () => {
  const storage = new AsyncLocalStorage<string>();

  it('has the context of its caller, and leaves it to the caller as it was', async () => {
    const seen: unknown[] = [];
    const nest = await nestApp(
      { providers: [Tools] },
      {
        prepare: (app) =>
          app.useGlobalGuards({
            canActivate: () => {
              seen.push(storage.getStore());
              storage.enterWith('of the guard');
              return true;
            },
          }),
      },
    );
    Tools.read = () => storage.getStore();
    try {
      await storage.run('of the caller', async () => {
        const { content } = await nest.app.get(McpServer).callTool('walk');
        expect((content[0] as { text: string }).text).toBe('["of the guard","of the guard","of the guard"]');
        expect(storage.getStore()).toBe('of the caller');
      });
      expect(seen).toEqual(['of the caller']);
    } finally {
      await nest.close();
    }
  });
});
