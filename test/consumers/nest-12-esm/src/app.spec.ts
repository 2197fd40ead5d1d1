import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { McpError, McpServer, ToolError } from 'nestjs-mcp-fleet';
import { mcpClient, sessionStoreContract } from 'nestjs-mcp-fleet/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';

describe('an application of ES modules under vitest', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication(new FastifyAdapter(), { logger: false });
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
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'vitest', version: '1' } },
      }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: { serverInfo: { name: 'consumer' } } });
  });

  it.each(['modern', 'legacy'] as const)('answers the client for tests without a port (%s)', async (era) => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const silent = module.createNestApplication(new FastifyAdapter(), { logger: false });
    const client = mcpClient(silent, { era });
    expect(await client.callTool('weather', { city: 'Oslo' })).toMatchObject({ text: 'It is 9 °C in Oslo (weather).' });
    await client.close();
    await silent.close();
  });

  it('has the second entry point', () => {
    expect(typeof sessionStoreContract).toBe('function');
  });
});
