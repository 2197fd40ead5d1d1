import { Test } from '@nestjs/testing';
import { createMcpCluster, type McpCluster } from 'nestjs-mcp-fleet/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppModule } from './app.module.js';

/** In memory, or with `REDIS_URL` on Redis as in production. */
describe('three instances of the shop', () => {
  let cluster: McpCluster;

  beforeEach(async () => {
    const create = () => Test.createTestingModule({ imports: [AppModule] });
    cluster = await createMcpCluster(3, create, { redis: process.env.REDIS_URL });
  });
  afterEach(() => cluster.close());

  it('who listens at one instance of sample 09 is told what another one has sold', async () => {
    const listener = await cluster
      .instance(1)
      .client()
      .listen({ updates: ['stock://apples'] });
    await cluster.instance(2).client().callTool('order', { article: 'apples', pieces: 1 });
    expect(await listener.next()).toMatchObject({ params: { uri: 'stock://apples' } });
  });

  it('a session of sample 09 goes on when an instance is killed', async () => {
    const client = cluster.client({ era: 'legacy' });
    await client.open();
    await cluster.instance(1).kill();
    for (let i = 0; i < 3; i++) {
      expect(await client.callTool('order', { article: 'pears', pieces: 1 })).toMatchObject({ isError: false });
    }
  });
});
