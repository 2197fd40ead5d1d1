import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { McpError, McpServer, ToolError } from 'nestjs-mcp-fleet';
import { createMcpCluster, mcpClient, sessionStoreContract } from 'nestjs-mcp-fleet/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { AppModule } from './app.module';

describe('an application in CommonJS under jest', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const call = (city: unknown) => app.get(McpServer).callTool('weather', { city });

  it('calls a tool in process', async () => {
    expect(await call('Oslo')).toMatchObject({ content: [{ text: 'It is 9 °C in Oslo (weather).' }] });
  });

  it('checks arguments with the DTO class', async () => {
    expect(await call(7)).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('city') }] });
  });

  it('knows its error classes and those of Nest', async () => {
    expect(new ToolError('x')).toBeInstanceOf(ToolError);
    expect(new ToolError('x')).not.toBeInstanceOf(McpError);
    expect(await call('Atlantis')).toMatchObject({ isError: true, content: [{ text: 'Atlantis has no weather.' }] });
    expect(await call('Nowhere')).toMatchObject({ isError: true, content: [{ text: 'There is no such city.' }] });
  });

  it('answers over HTTP', async () => {
    const response = await fetch(`${await app.getUrl()}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'jest', version: '1' } },
      }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: { serverInfo: { name: 'orders' } } });
  });

  it.each(['modern', 'legacy'] as const)('answers the client for tests without a port (%s)', async (era) => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const silent = module.createNestApplication({ logger: false });
    const client = mcpClient(silent, { era });
    const call = client.callTool('weather', { city: 'Oslo' });
    expect(await call).toMatchObject({ text: 'It is 9 °C in Oslo (weather).', isError: false });
    expect(await lastValueFrom(call.progress$.pipe(toArray()))).toEqual([]);
    await expect(client.callTool('flood')).rejects.toMatchObject({ code: -32602 });
    const listener = await client.listen();
    silent.get(McpServer).toolsChanged();
    expect(await listener.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
    await client.close();
    await silent.close();
  });

  it('answers at every instance of a cluster', async () => {
    const cluster = await createMcpCluster(2, () => Test.createTestingModule({ imports: [AppModule] }));
    const client = cluster.client({ era: 'legacy' });
    for (let i = 0; i < 2; i++)
      expect(await client.callTool('weather', { city: 'Oslo' })).toMatchObject({ isError: false });
    await cluster.close();
  });

  it('has the second entry point', () => {
    expect(typeof sessionStoreContract).toBe('function');
  });
});
