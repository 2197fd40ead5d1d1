import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { InjectMcpServer, McpModule, McpResource, McpServer, mcpServerToken, McpTool } from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { callForText, toolNames } from '../../fixtures/clients/tool-calls.js';

let nest: NestApp | undefined;
afterEach(async () => {
  await nest?.close();
  nest = undefined;
});

describe.each(ADAPTERS)('several servers in one application on %s', (adapter) => {
  @Injectable()
  class Everywhere {
    constructor(
      @Inject(McpServer) readonly main: McpServer,
      @InjectMcpServer('admin') readonly admin: McpServer,
    ) {}
    @McpTool() open(): string {
      return 'open';
    }
    @McpTool({ server: 'admin' }) secret(): string {
      return 'secret';
    }
    @McpResource({ server: 'admin', uri: 'admin://x' }) resource(): string {
      return 'x';
    }
  }
  @Global()
  @Module({ providers: [Everywhere], exports: [Everywhere] })
  class Feature {}

  const boot = async () => {
    const admin = McpModule.forRoot({ name: 'admin', version: '1', server: 'admin', path: '/admin' });
    nest = await nestApp({ imports: [admin, Feature] }, { adapter });
    return nest;
  };

  it('each injection token resolves to its own server, whatever the order of the imports', async () => {
    const { app } = await boot();
    const { main, admin } = app.get(Everywhere);
    expect(app.get(McpServer)).toBe(main);
    expect(app.get(mcpServerToken('admin'))).toBe(admin);
    expect(main).not.toBe(admin);
  });

  it('each server offers only its own tools', async () => {
    await boot();
    expect(await toolNames(nest!.port, '/mcp')).toEqual(['open']);
    expect(await toolNames(nest!.port, '/admin')).toEqual(['secret']);
    expect(await callForText(nest!.port, 'open', '/mcp')).toBe('open');
    expect(await callForText(nest!.port, 'secret', '/admin')).toBe('secret');
    expect(await callForText(nest!.port, 'secret', '/mcp')).toContain('Unknown tool');
    const client = await EraClient.open('modern', nest!.port);
    expect((await client.call('resources/list')).error?.code).toBe(-32601);
  });

  it('servers are injected by class and by name', async () => {
    const { app } = await boot();
    const { main, admin } = app.get(Everywhere);
    expect(main).not.toBe(admin);
    expect(app.get(mcpServerToken('admin'))).toBe(admin);
    expect((await admin.callTool('secret')).content).toEqual([{ type: 'text', text: 'secret' }]);
    await expect(main.callTool('secret')).rejects.toThrow('Unknown tool');
  });

  it('a server sends its notifications only to its own clients', async () => {
    const { app, port } = await boot();
    const { main, admin } = app.get(Everywhere);
    for (const era of ['modern', 'legacy'] as const) {
      const open = await (await EraClient.open(era, port)).listen();
      const secret = await (await EraClient.open(era, port, { path: '/admin' })).listen();
      await admin.registerTool({ name: `more-${era}` }, () => 1);
      await secret.message(({ method }) => method === 'notifications/tools/list_changed');
      // The first notification on the other stream must be its own.
      await main.registerTool({ name: `end-${era}` }, () => 1);
      await open.message(({ method }) => method === 'notifications/tools/list_changed');
      const changes = open.messages.filter(({ method }) => method === 'notifications/tools/list_changed');
      expect(changes).toHaveLength(1);
      await open.close();
      await secret.close();
    }
    await EraClient.open('legacy', port, { path: '/admin' });
    expect(await main.broadcast({ level: 'error', data: 'x' })).toBe(1);
    expect(await admin.broadcast({ level: 'error', data: 'x' })).toBe(2);
  });

  it('a session of one server does not exist on another', async () => {
    const { port } = await boot();
    const { session } = await EraClient.open('legacy', port);
    const adminClient = await EraClient.open('legacy', port, { path: '/admin' });
    const { status } = await adminClient.call('tools/list', {}, { headers: { 'mcp-session-id': session } });
    expect(status).toBe(404);
  });
});
