import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { redisContracts } from './redis-contracts.js';

// One node with all slots refuses commands that touch two slots, just as several nodes would.
let server: RedisServer;
let cluster: Cluster;
beforeAll(async () => {
  server = await RedisServer.start({ cluster: true });
  await server.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await vi.waitFor(async () => expect(await server.admin.cluster('INFO')).toContain('cluster_state:ok'), {
    timeout: 10_000,
  });
  cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
});
afterAll(async () => {
  try {
    // The package must not close a client of the application.
    expect(await cluster.ping()).toBe('PONG');
  } finally {
    cluster.disconnect();
    await server.dispose();
  }
});

redisContracts('on a Redis Cluster', () => cluster);
