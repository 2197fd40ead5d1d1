import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IsInt, IsString } from 'class-validator';
import { afterEach, describe, expect, it } from 'vitest';
import { McpPrompt, McpServer, McpTool, type McpContext } from 'nestjs-mcp-fleet';
import { z } from 'zod';
import { EraClient, ERAS, type EraName } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

let nest: NestApp;
afterEach(() => nest.close());

class Words {
  @IsString() word!: string;
}

const namesOf = (result: Record<string, any> | undefined, list = 'tools'): string[] =>
  (result![list] as { name: string }[]).map(({ name }) => name);

/** All pages of a list, as a client reads them. */
async function pages(client: EraClient, list: 'tools' | 'prompts' | 'resources'): Promise<string[][]> {
  const found: string[][] = [];
  for (let cursor: string | undefined; ;) {
    const { result, error } = await client.call(`${list}/list`, cursor === undefined ? {} : { cursor });
    if (error) throw new Error(error.message);
    found.push(namesOf(result, list));
    cursor = result?.nextCursor as string | undefined;
    if (cursor === undefined) return found;
  }
}

const announced = { tools: true, resources: true, prompts: true };

describe.each(ERAS)('run-time registration in the %s era', (era) => {
  const open = async (mcp: object = {}): Promise<EraClient> => {
    nest = await nestApp({}, { mcp: { capabilities: announced, changeDebounceMs: 5, ...mcp } });
    return EraClient.open(era, nest.port);
  };

  it('an entry registered at run time is listed and can be called until it is removed', async () => {
    const client = await open();
    const { mcp } = nest;
    await mcp.registerTool({ name: 'dto', input: Words }, ({ word }: Words, ctx: McpContext) => `${ctx.name} ${word}`);
    await mcp.registerTool({ name: 'zod', input: z.object({ n: z.number() }) }, ({ n }: { n: number }) => n * 2);
    await mcp.registerTool({ name: 'none' }, () => 'none');
    await mcp.registerResource({ name: 'fixed', uri: 'r://fixed' }, () => 'fixed');
    await mcp.registerResource({ name: 'template', uri: 'r://t/{id}' }, ({ id }: { id: string }) => `id ${id}`);
    await mcp.registerPrompt({ name: 'prompt', input: Words }, ({ word }: Words) => `say ${word}`);

    expect(await pages(client, 'tools')).toEqual([['dto', 'none', 'zod']]);
    expect((await client.tool('dto', { word: 'x' })).result?.content[0].text).toBe('dto x');
    expect((await client.tool('dto', { word: 1 })).result?.isError).toBe(true);
    expect((await client.tool('zod', { n: 2 })).result?.content[0].text).toBe('4');
    expect((await client.tool('none')).result?.content[0].text).toBe('none');
    expect((await client.tool('none', { surplus: 1 })).result?.isError).toBe(true);
    const read = async (uri: string) =>
      (await client.call('resources/read', { uri })).result?.contents[0].text as string;
    expect(await read('r://fixed')).toBe('fixed');
    expect(await read('r://t/5')).toBe('id 5');
    const get = () => client.call('prompts/get', { name: 'prompt', arguments: { word: 'x' } });
    expect((await get()).result?.messages[0].content.text).toBe('say x');

    expect([mcp.removeTool('dto'), mcp.removeTool('dto'), mcp.removeTool('nobody')]).toEqual([true, false, false]);
    expect([mcp.removeResource('r://fixed'), mcp.removeResource('r://t/{id}')]).toEqual([true, true]);
    expect([mcp.removePrompt('prompt'), mcp.removePrompt('prompt')]).toEqual([true, false]);
    expect((await client.tool('dto', { word: 'x' })).error?.code).toBe(-32602);
    expect((await client.call('resources/read', { uri: 'r://t/5' })).error).toBeDefined();
    expect((await get()).error?.code).toBe(-32602);
    expect(await pages(client, 'tools')).toEqual([['none', 'zod']]);
  });

  it('a declared entry can be removed at run time', async () => {
    class Tools {
      @McpTool() here(): string {
        return 'here';
      }
      @McpTool() there(): string {
        return 'there';
      }
    }
    nest = await nestApp({ providers: [Tools] });
    const client = await EraClient.open(era, nest.port);
    expect(nest.mcp.removeTool('here')).toBe(true);
    expect(await pages(client, 'tools')).toEqual([['there']]);
  });

  it.each([
    [
      'tools',
      (mcp: McpServer) => mcp.registerTool({ name: 'new' }, () => 1),
      (mcp: McpServer) => mcp.removeTool('new'),
    ],
    [
      'resources',
      (mcp: McpServer) => mcp.registerResource({ name: 'new', uri: 'n://{x}' }, () => 1),
      (mcp: McpServer) => mcp.removeResource('n://{x}'),
    ],
    [
      'prompts',
      (mcp: McpServer) => mcp.registerPrompt({ name: 'new' }, () => 'x'),
      (mcp: McpServer) => mcp.removePrompt('new'),
    ],
  ] as const)('a change of the %s is announced, and a burst of changes only once', async (list, add, remove) => {
    const client = await open({ changeDebounceMs: 30 });
    const stream = await client.listen();
    const changeCount = () =>
      stream.messages.filter(({ method }) => method === `notifications/${list}/list_changed`).length;
    await add(nest.mcp);
    await stream.message(() => changeCount() === 1);
    remove(nest.mcp);
    await add(nest.mcp);
    remove(nest.mcp);
    await stream.message(() => changeCount() === 2);
    const method = { tools: 'toolsChanged', resources: 'resourcesChanged', prompts: 'promptsChanged' } as const;
    nest.mcp[method[list]]();
    await stream.message(() => changeCount() === 3);
    const others = ['tools', 'resources', 'prompts'].filter((other) => other !== list);
    for (const other of others) {
      expect(stream.messages.some((message) => message.method === `notifications/${other}/list_changed`)).toBe(false);
    }
    await stream.close();
  });

  it('a client can continue a paged list after entries were added and removed', async () => {
    const client = await open({ pageSize: 2 });
    const add = (name: string) => nest.mcp.registerTool({ name }, () => name);
    for (const name of ['d', 'b', 'f', 'a', 'e', 'c', 'Z']) await add(name);
    expect(await pages(client, 'tools')).toEqual([['Z', 'a'], ['b', 'c'], ['d', 'e'], ['f']]);

    const first = (await client.call('tools/list')).result!;
    nest.mcp.removeTool('a');
    nest.mcp.removeTool('b');
    await add('aa');
    const second = (await client.call('tools/list', { cursor: first.nextCursor as string })).result!;
    expect(namesOf(second)).toEqual(['aa', 'c']);
    for (const name of ['d', 'e', 'f']) nest.mcp.removeTool(name);
    const third = (await client.call('tools/list', { cursor: second.nextCursor as string })).result!;
    expect(namesOf(third)).toEqual([]);
    expect(third.nextCursor).toBeUndefined();
    expect(await pages(client, 'tools')).toEqual([['Z', 'aa'], ['c']]);
  });

  it.each(['', 'x', 5, null, {}, ['a'], 'djE', Buffer.from('["v1","prompt","a"]').toString('base64url')])(
    'the cursor %j is rejected',
    async (cursor) => {
      const client = await open();
      await nest.mcp.registerTool({ name: 'a' }, () => 1);
      const { error } = await client.call('tools/list', { cursor });
      expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(/cursor/i) as string });
    },
  );

  it('a cursor of one list is not valid for another list', async () => {
    const client = await open({ pageSize: 1 });
    for (const name of ['a', 'b']) {
      await nest.mcp.registerTool({ name }, () => 1);
      await nest.mcp.registerPrompt({ name }, () => 'x');
    }
    const { result } = await client.call('tools/list');
    expect((await client.call('prompts/list', { cursor: result?.nextCursor as string })).error?.code).toBe(-32602);
  });
});

describe('registerTool()', () => {
  it('an invalid registration is rejected and changes nothing', async () => {
    nest = await nestApp({});
    const { mcp } = nest;
    await mcp.registerTool({ name: 'same' }, () => 1);
    await expect(mcp.registerTool({ name: 'same' }, () => 2)).rejects.toThrow(
      /"same" is declared twice.*registered at run time/,
    );
    await expect(mcp.registerTool({ name: 'bad', input: { type: 'array' } }, () => 1)).rejects.toThrow(/not an object/);
    await expect(mcp.registerResource({ name: 'bad', uri: 'no-scheme' }, () => 1)).rejects.toThrow(/scheme/);
    await expect(mcp.registerResource({ name: 'bad', uri: 'a://{' }, () => 1)).rejects.toThrow(/\{/);
    const client = await EraClient.open('modern', nest.port);
    expect(await pages(client, 'tools')).toEqual([['same']]);
    expect((await client.tool('same')).result?.content[0].text).toBe('1');
  });

  it('entries can be registered in every lifecycle hook and in a constructor, behind the same guards', async () => {
    @Injectable()
    class Plugin implements OnModuleInit, OnApplicationBootstrap {
      readonly made: Promise<void>;
      constructor(@Inject(McpServer) private readonly mcp: McpServer) {
        this.made = this.#register('constructor');
      }
      async onModuleInit(): Promise<void> {
        await this.made;
        await this.#register('onModuleInit');
      }
      onApplicationBootstrap(): Promise<void> {
        return this.#register('onApplicationBootstrap');
      }
      #register(name: string): Promise<void> {
        return this.mcp.registerTool({ name }, () => name);
      }
    }
    let asked = 0;
    const guard = { canActivate: () => ++asked % 2 === 1 };
    nest = await nestApp(
      { providers: [Plugin, { provide: APP_GUARD, useValue: guard }] },
      { mcp: { mount: 'direct' }, prepare: (app) => app.useGlobalGuards({ canActivate: () => true }) },
    );
    const client = await EraClient.open('modern', nest.port);
    const names = ['constructor', 'onApplicationBootstrap', 'onModuleInit'];
    expect(await pages(client, 'tools')).toEqual([names]);
    for (const name of names) {
      expect((await client.tool(name)).result?.content[0].text).toBe(name);
      expect((await client.tool(name)).error?.code).toBe(403);
    }
  });

  it('entries can be registered while clients call and list', async () => {
    nest = await nestApp({}, { mcp: { pageSize: 7, capabilities: announced } });
    const client = await EraClient.open('modern', nest.port);
    const churn = async () => {
      for (let round = 0; round < 40; round++) {
        await nest.mcp.registerTool({ name: `t${round}` }, () => round);
        if (round % 2 === 1) nest.mcp.removeTool(`t${round}`);
      }
    };
    const callAndList = async () => {
      for (let round = 0; round < 10; round++) {
        const seen = (await pages(client, 'tools')).flat();
        expect(seen).toEqual([...new Set(seen)].sort());
      }
    };
    await Promise.all([churn(), callAndList(), callAndList()]);
    expect((await pages(client, 'tools')).flat()).toHaveLength(20);
  });
});

describe('a list of tools', () => {
  class Sum {
    @IsInt() a!: number;
  }
  class Rich {
    @McpTool({
      title: 'Titled',
      description: 'Described',
      annotations: { readOnlyHint: true },
      icons: [{ src: 'https://x/i.png' }],
      meta: { 'my/key': 1 },
      output: { type: 'array', items: { type: 'integer' } },
    })
    rich(_: Sum): number[] {
      return [1];
    }
    @McpPrompt({ title: 'Prompted' }) prompt(_: Words): string {
      return 'x';
    }
  }
  const ofRevision = async (revision: string) => {
    const era: EraName = revision === '2026-07-28' ? 'modern' : 'legacy';
    const client = await EraClient.open(era, nest.port, { revision });
    const [tool] = (await client.call('tools/list')).result!.tools as Record<string, any>[];
    const called = (await client.tool('rich', { a: 1 })).result!;
    return {
      fields: Object.keys(tool!).sort(),
      output: tool!.outputSchema as object,
      sent: called.structuredContent as unknown,
    };
  };

  it('a list holds only the members that its revision knows', async () => {
    nest = await nestApp({ providers: [Rich] });
    const all = ['_meta', 'annotations', 'description', 'icons', 'inputSchema', 'name', 'outputSchema', 'title'];
    const list = { type: 'array', items: { type: 'integer' } };
    const wrapped = { type: 'object', properties: { result: list }, required: ['result'] };
    const without = (...names: string[]) => all.filter((name) => !names.includes(name));
    expect(await ofRevision('2026-07-28')).toEqual({ fields: all, output: list, sent: [1] });
    expect(await ofRevision('2025-11-25')).toEqual({ fields: all, output: wrapped, sent: { result: [1] } });
    expect(await ofRevision('2025-06-18')).toEqual({
      fields: without('icons'),
      output: wrapped,
      sent: { result: [1] },
    });
    const old = ['_meta', 'icons', 'outputSchema', 'title'];
    expect(await ofRevision('2025-03-26')).toEqual({ fields: without(...old), output: undefined, sent: undefined });
    expect(await ofRevision('2024-11-05')).toEqual({
      fields: without(...old, 'annotations'),
      output: undefined,
      sent: undefined,
    });
  });
});
