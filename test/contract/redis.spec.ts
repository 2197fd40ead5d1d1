import { afterAll, beforeAll } from 'vitest';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { redisContracts } from './redis-contracts.js';

let server: RedisServer;
beforeAll(async () => void (server = await RedisServer.start()));
afterAll(() => server.dispose());

redisContracts('on Redis', () => server.url);
