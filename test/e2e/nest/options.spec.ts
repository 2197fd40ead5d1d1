import { Inject, Injectable, Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import {
  McpModule,
  McpOptionsError,
  McpServer,
  McpTool,
  type McpModuleAsyncOptions,
  type McpOptions,
  type McpOptionsFactory,
} from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';

let nest: NestApp | undefined;
afterEach(async () => {
  await nest?.close();
  nest = undefined;
});

const callForText = async (tool: string, path = '/mcp'): Promise<string> => {
  const client = await EraClient.open('modern', nest!.port, { path });
  const { result, body } = await client.tool(tool);
  return (result?.content[0]?.text as string | undefined) ?? body;
};

describe('options', () => {
  const OPTIONS: McpOptions = { name: 'async', version: '2.0.0', path: '/async', instructions: 'from afar' };
  @Injectable()
  class Config {
    readonly options = OPTIONS;
  }
  @Module({ providers: [Config], exports: [Config] })
  class ConfigModule {}
  @Injectable()
  class Factory implements McpOptionsFactory {
    constructor(@Inject(Config) private readonly config: Config) {}
    async createMcpOptions(): Promise<McpOptions> {
      return this.config.options;
    }
  }
  @Module({
    imports: [ConfigModule],
    providers: [Factory, { provide: 'FACTORY', useExisting: Factory }],
    exports: [Factory, 'FACTORY'],
  })
  class FactoryModule {}
  class Tools {
    @McpTool() hello(): string {
      return 'hello';
    }
  }

  it.each<[string, McpModuleAsyncOptions]>([
    ['useFactory', { imports: [ConfigModule], inject: [Config], useFactory: ({ options }: Config) => options }],
    ['an async useFactory', { useFactory: async () => OPTIONS }],
    ['useClass', { imports: [ConfigModule], useClass: Factory }],
    ['useExisting', { imports: [FactoryModule], useExisting: Factory }],
    ['useExisting of a token', { imports: [FactoryModule], useExisting: 'FACTORY' }],
  ])('forRootAsync() takes its options from %s', async (_kind, options) => {
    nest = await nestApp({ imports: [McpModule.forRootAsync(options)], providers: [Tools] }, { mcp: false });
    const client = await EraClient.open('modern', nest.port, { path: '/async' });
    expect((await client.call('server/discover')).result).toMatchObject({ instructions: 'from afar' });
    expect(await callForText('hello', '/async')).toBe('hello');
    expect(nest.app.get(McpServer)).toBeInstanceOf(McpServer);
  });

  it('invalid options stop the start-up, from forRoot() and from a factory', async () => {
    const bad = { name: '', version: '1' };
    expect(() => McpModule.forRoot(bad)).toThrow(McpOptionsError);
    const imports = [McpModule.forRootAsync({ useFactory: () => bad })];
    expect(await startError({ imports }, { mcp: false })).toMatch(/"name" must be a non-empty string/);
    expect(() => McpModule.forRootAsync({})).toThrow(/useFactory, useClass or useExisting/);
  });

  it.each([
    [{ pageSize: 0 }, /"pageSize" is 0; .*at least 1/],
    [{ maxBodyBytes: 1.5 }, /"maxBodyBytes" is 1.5/],
    [{ path: 'mcp' }, /"path" must begin with "\/"/],
    [{ path: '/mcp/:id' }, /"path"/],
    [{ pagesize: 5 }, /"pagesize" is not a known option/],
    [{ allowedHosts: ['https://x'] }, /"allowedHosts" contains "https:\/\/x"/],
    [{ listCache: { ttlMs: 1, scope: 'all' } }, /"listCache" requires "scope"/],
  ])('the options %j are rejected with a sentence that names the option', (wrong, message) => {
    expect(() => McpModule.forRoot({ name: 'a', version: '1', ...(wrong as object) })).toThrow(message);
  });
});

describe('options from an untyped configuration', () => {
  it.each([
    [{ requestState: { key: 'x' } }, /requestState.*has no field "key"/],
    [{ requestState: { keys: 'x'.repeat(43) } }, /requestState.*"keys" to be a list/],
    [{ allowedHosts: 'mcp.example.com' }, /allowedHosts.*must be a list/],
    [{ allowedOrigins: 'https://app.example.com' }, /allowedOrigins.*must be a list/],
  ])('the untyped options %j are rejected with a sentence that names the option', (options, sentence) => {
    expect(() => McpModule.forRoot({ name: 'x', version: '1', ...(options as object) })).toThrow(sentence);
  });
});
