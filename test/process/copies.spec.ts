import { Inject, Injectable } from '@nestjs/common';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import * as own from 'nestjs-mcp-fleet';
import { McpServer, MessageBroker } from 'nestjs-mcp-fleet';
import { nestApp, startError, type NestApp } from '../fixtures/applications/nest-app.js';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** The application runs the sources, and a library in it has a copy of its own: one of the two builds. */
const COPIES: [string, () => Promise<typeof own>][] = [
  ['ES modules', async () => (await import(/* @vite-ignore */ `${DIST}/index.js`)) as typeof own],
  ['CommonJS', async () => createRequire(import.meta.url)(`${DIST}/cjs/index.js`) as typeof own],
];

/** Classes that a copy only constructs or extends: nothing asks whether a value is one of them. */
const ONLY_CONSTRUCTED = /^(Memory|McpStdio|McpExecutionContext|UserPrincipalResolver)|Controller$/;

describe.each(COPIES)('a library with a copy of the package of its own (%s)', (_, load) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
  });

  async function startWithLibrary(): Promise<(tool: string) => Promise<unknown>> {
    const copy = await load();
    @Injectable()
    class LibraryTools {
      @copy.McpTool()
      toolError() {
        throw new copy.ToolError('the text of the library');
      }
      @copy.McpTool()
      mcpError() {
        throw new copy.McpError(429, 'too many', { data: { after: 5 } });
      }
      @copy.McpTool()
      async *progress() {
        yield copy.progress(1, 2);
        yield 'done';
      }
      @copy.McpTool()
      roots(@copy.McpCtx() ctx: own.McpContext) {
        return ctx.inputResponses['roots'] ? 'answered' : copy.inputRequired({ roots: { method: 'roots/list' } });
      }
    }
    nest = await nestApp({ providers: [LibraryTools] });
    return (tool) => nest!.mcp.callTool(tool, {});
  }

  it('its ToolError is a text for the model, and its McpError a JSON-RPC error', async () => {
    const call = await startWithLibrary();
    expect(await call('toolError')).toMatchObject({ isError: true, content: [{ text: 'the text of the library' }] });
    await expect(call('mcpError')).rejects.toMatchObject({ code: 429, message: 'too many', data: { after: 5 } });
  });

  it('its progress is progress, and its questions are questions', async () => {
    const call = await startWithLibrary();
    expect(await call('progress')).toMatchObject({ content: [{ text: 'done' }] });
    await expect(call('roots')).rejects.toThrow('client capabilities that were not declared: roots');
  });

  it('it injects the same McpServer, and the same parts', async () => {
    const copy = await load();
    @Injectable()
    class Library {
      constructor(
        @Inject(copy.McpServer) readonly mcp: unknown,
        @Inject(copy.MessageBroker) readonly broker: unknown,
      ) {}
    }
    nest = await nestApp({ providers: [Library] });
    const { mcp, broker } = nest.app.get(Library);
    expect(mcp).toBe(nest.app.get(McpServer));
    expect(broker).toBe(nest.app.get(MessageBroker));
  });

  it('what it provides by its own tokens replaces parts, and its refusals are refusals', async () => {
    const copy = await load();
    class Broker extends copy.MemoryMessageBroker {}
    class Resolver extends copy.PrincipalResolver {
      override resolve(): never {
        throw new copy.PrincipalRefusedError(401, 'who are you?');
      }
    }
    nest = await nestApp({
      providers: [
        { provide: copy.MessageBroker, useClass: Broker },
        { provide: copy.PrincipalResolver, useClass: Resolver },
      ],
    });
    expect(nest.app.get(MessageBroker)).toBeInstanceOf(Broker);
    const response = await fetch(`http://127.0.0.1:${nest.port}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('two servers of the same name are refused, although each copy has a module of its own', async () => {
    const copy = await load();
    const second = copy.McpModule.forRoot({ name: 'second', version: '1.0.0', path: '/second' });
    expect(await startError({ imports: [second] })).toContain('McpModule declares the default server twice');
  });

  it('servers of both copies run beside each other', async () => {
    const copy = await load();
    const second = copy.McpModule.forRoot({ server: 'second', name: 'second', version: '1.0.0', path: '/second' });
    nest = await nestApp({ imports: [second] });
    const named = nest.app.get<own.McpServer>(own.mcpServerToken('second'));
    expect(named).toBeInstanceOf(McpServer);
    expect(named).not.toBe(nest.mcp);
  });

  it('the start says that several copies are loaded, and where', async () => {
    await load();
    nest = await nestApp({});
    const warning = nest.logs.warnings.find((line) => line.includes('copies of nestjs-mcp-fleet are loaded'));
    expect(warning).toContain(DIST);
  });

  it('every class that applications throw, provide or inject is known across copies', async () => {
    const copy = (await load()) as unknown as Record<string, unknown>;
    const isClass = (value: unknown): value is new () => object =>
      typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
    const ofApplications = Object.entries(own).filter(
      ([name, value]) => isClass(value) && !ONLY_CONSTRUCTED.test(name),
    );
    expect(ofApplications.length).toBeGreaterThan(20);
    const unknown = ofApplications.filter(([name, type]) => {
      const foreign = Object.create((copy[name] as { prototype: object }).prototype) as object;
      return !(foreign instanceof (type as new () => object));
    });
    expect(unknown.map(([name]) => name)).toEqual([]);
  });

  it('a subclass is not what another copy knows by the name of its parent', async () => {
    const copy = await load();
    class Mine extends own.ToolError {}
    expect(new copy.ToolError('x')).toBeInstanceOf(own.ToolError);
    expect(new copy.ToolError('x')).not.toBeInstanceOf(Mine);
    expect(new copy.ToolError('x')).not.toBeInstanceOf(own.McpError);
    expect(new copy.ResourceNotFoundError('a:b')).toBeInstanceOf(own.McpError);
  });
});
