import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { McpModule, McpTool } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { send } from '../../fixtures/clients/raw-http.js';

it.each(ERAS)('a Fastify application keeps its routes and hooks, and gets an endpoint (%s)', async (era) => {
  const seen: string[] = [];
  const fastify = Fastify({ forceCloseConnections: true });
  fastify.addHook('onRequest', async ({ url }) => void seen.push(url));
  fastify.get('/orders', async () => ['1', '2']);

  @Injectable()
  class OrderTools {
    @McpTool()
    async list_orders(): Promise<string> {
      return (await fastify.inject('/orders')).body;
    }
  }
  class AppModule {}
  Module({ imports: [McpModule.forRoot({ name: 'shop', version: '1.0.0' })], providers: [OrderTools] })(AppModule);
  const app = await NestFactory.create(AppModule, new FastifyAdapter(fastify), { logger: false });
  await app.listen(0, '127.0.0.1');
  try {
    const { port } = fastify.server.address() as { port: number };
    expect((await send(port, { verb: 'GET', path: '/orders' })).body).toBe('["1","2"]');
    const client = await EraClient.open(era, port);
    expect((await client.tool('list_orders')).result?.content[0].text).toBe('["1","2"]');
    expect(seen).toContain('/mcp');
  } finally {
    await app.close();
  }
});
