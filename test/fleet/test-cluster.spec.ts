import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { McpModule, McpServer } from 'nestjs-mcp-fleet';
import { accept, createMcpCluster, type McpCluster } from 'nestjs-mcp-fleet/testing';
import { JobTools } from '../e2e/tasks/job.tools.js';
import { Gate } from '../fixtures/applications/gate.js';
import { TripTools } from '../fixtures/applications/trip-server.js';
import { WireResources } from '../fixtures/applications/wire-resources.js';
import { WireTools } from '../fixtures/applications/wire-tools.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

describe.each(['memory', 'Redis'] as const)('a cluster of a test on %s', (where) => {
  let redis: RedisServer | undefined;
  let cluster: McpCluster;
  let gate: Gate;
  beforeAll(async () => {
    if (where === 'Redis') redis = await RedisServer.start();
  });
  afterAll(() => redis?.dispose());
  afterEach(() => cluster.close());

  async function start(size: number): Promise<McpCluster> {
    gate = new Gate();
    class App {}
    Module({
      imports: [McpModule.forRoot({ name: 'cluster', version: '1.0.0', instanceTtlMs: 1000, changeDebounceMs: 5 })],
      providers: [{ provide: Gate, useValue: gate }, WireTools, WireResources, TripTools, JobTools],
    })(App);
    const create = () => Test.createTestingModule({ imports: [App] });
    cluster = await createMcpCluster(size, create, { redis: redis?.url, adapter: () => new FastifyAdapter() });
    return cluster;
  }

  it('instances of a test cluster are one server for legacy clients', async () => {
    await start(3);
    const client = cluster.client({ era: 'legacy' });
    for (let i = 0; i < 3; i++) expect(await client.callTool('echo', { text: 'hi' })).toMatchObject({ text: 'hi' });
    const listener = await client.listen({ updates: ['wire://fixed'] });
    for (const { app } of cluster.instances) {
      await app.get(McpServer).resourceUpdated('wire://fixed');
      await listener.next('notifications/resources/updated');
    }
  });

  it.each(['modern', 'legacy'] as const)('a question of one instance is answered at another one (%s)', async (era) => {
    await start(2);
    const client = cluster.client({ era }).onElicit(accept({ region: 'north' }), accept({ travellers: 2 }));
    expect(await client.callTool('book', { city: 'Lisbon' })).toMatchObject({ text: 'Lisbon north 2' });
  });

  it('a call is resumed at another instance when its connection is cut', async () => {
    await start(2);
    const client = cluster.client({ era: 'legacy' });
    const call = client.callTool('holdLoudly', { key: 'k' });
    await gate.reached('waiting k');
    await call.cut(() => gate.release('k'));
    expect(await call).toMatchObject({ text: 'k' });
  });

  it.each(['stop', 'kill'] as const)(
    'a session goes on at the other instances after one was ended by %s()',
    async (how) => {
      await start(3);
      const client = cluster.client({ era: 'legacy' });
      const listener = await client.listen();
      await cluster.instance(1)[how]();
      await expect(cluster.instance(1).client().callTool('echo', { text: 'hi' })).rejects.toThrow();
      for (let i = 0; i < 3; i++) expect(await client.callTool('echo', { text: 'hi' })).toMatchObject({ text: 'hi' });
      cluster.instance(2).app.get(McpServer).toolsChanged();
      await listener.next('notifications/tools/list_changed');
    },
  );

  it('a task is seen from every instance', async () => {
    await start(2);
    const task = await cluster.client().startTask('gated', { key: 'k' });
    await task.state();
    await task.state();
    gate.release('k');
    expect(await task.result()).toMatchObject({ text: 'done k' });
  });

  it('an instance that does not exist is refused with the names of those that do', async () => {
    await start(2);
    expect(() => cluster.instance(3)).toThrow('The cluster has no instance 3. It has 1, 2.');
  });

  if (where === 'Redis')
    it('a call that runs on a killed instance is lost, and its client is told so at another one', async () => {
      await start(2);
      // Two requests open the session, so that the call comes to the first instance again.
      const client = cluster.client({ era: 'legacy', patienceMs: 8000 });
      const call = client.callTool('holdLoudly', { key: 'k' });
      await firstValueFrom(call.progress$);
      await cluster.instance(1).kill();
      await expect(call).rejects.toMatchObject({ code: -32603 });
    });
});
