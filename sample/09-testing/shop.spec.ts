import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { PrincipalResolver } from 'nestjs-mcp-fleet';
import { accept, mcpClient, type McpClient, TestPrincipals } from 'nestjs-mcp-fleet/testing';
import { lastValueFrom, map, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';

describe.each(['modern', 'legacy'] as const)('the shop for clients of the %s era', (era) => {
  let app: INestApplication;
  let client: McpClient;

  beforeEach(async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    const module = await builder.overrideProvider(PrincipalResolver).useClass(TestPrincipals).compile();
    app = module.createNestApplication(new FastifyAdapter());
    client = mcpClient(app, { era });
  });
  afterEach(async () => {
    await client.close();
    await app.close();
  });

  it('the shop of sample 09 sends an order, and says how far it is', async () => {
    const call = client.callTool('order', { article: 'apples', pieces: 2 });
    const steps = call.progress$.pipe(
      map(({ message }) => message),
      toArray(),
    );
    expect(await lastValueFrom(steps)).toEqual(['Taking from stock', 'Packing']);
    expect(await call).toMatchObject({ text: '2 apples are on their way.', isError: false });
    expect(await client.readResource('stock://apples')).toMatchObject({ text: '10' });
  });

  it('the shop of sample 09 asks before it sends many', async () => {
    client.onElicit(accept({ sure: true }), 'decline');
    expect(await client.callTool('order', { article: 'apples', pieces: 11 })).toMatchObject({
      text: '11 apples are on their way.',
    });
    expect(await client.callTool('order', { article: 'pears', pieces: 30 })).toMatchObject({
      text: 'Nothing was ordered.',
    });
    expect(client.asked.map(({ params }) => params.message)).toEqual(['Really 11 apples?', 'Really 30 pears?']);
  });

  it('the shop of sample 09 says what it does not have', async () => {
    expect(await client.callTool('order', { article: 'pears', pieces: 4 })).toMatchObject({
      isError: true,
      text: 'There are not 4 pears.',
    });
    await expect(client.readResource('stock://cherries')).rejects.toMatchObject({
      code: era === 'modern' ? -32602 : -32002,
    });
  });

  it('the shop of sample 09 tells who watches an article that it was sold', async () => {
    const listener = await client.listen({ updates: ['stock://pears'] });
    await client.callTool('order', { article: 'pears', pieces: 1 });
    expect(await listener.next('notifications/resources/updated')).toMatchObject({ params: { uri: 'stock://pears' } });
  });

  it('the shop of sample 09 lets only its staff count', async () => {
    const clerk = client.as({ subject: 'ada', scopes: ['stock:count'] });
    expect(await clerk.callTool('inventory')).toMatchObject({ text: 'apples: 12' });
    expect((await client.tools()).map(({ name }) => name)).toEqual(['order']);
    await expect(client.callTool('inventory')).rejects.toMatchObject({ code: -32602 });
  });
});
