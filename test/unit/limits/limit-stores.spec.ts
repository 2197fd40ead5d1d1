import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import { type Limit, limitsOf, type McpLimitOptions } from '../../../lib/limits/limit.js';
import { isRefusal, type LimitStore, type Permit } from '../../../lib/limits/limit-store.js';
import { MemoryLimits } from '../../../lib/memory/memory-limits.js';
import { RedisCommands } from '../../../lib/redis/connection/redis-commands.js';
import { RedisKeys } from '../../../lib/redis/keys.js';
import { RedisLimits } from '../../../lib/redis/limits/redis-limits.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const LONG = 3_600_000;
let count = 0;
/** Limits that no other test has. */
const limits = (...options: McpLimitOptions[]): Limit[] => limitsOf(`thing ${count++}`, options);

/** How one use of a limit went: `true`, or when to try again. */
async function use(store: LimitStore, of: readonly Limit[], client = 'alice'): Promise<true | number> {
  const taken = await store.take(of, client);
  return isRefusal(taken) ? taken.retryAfterMs : true;
}

async function hold(store: LimitStore, of: readonly Limit[], client = 'alice'): Promise<Permit> {
  const taken = await store.take(of, client);
  if (isRefusal(taken)) throw new Error(`refused for ${taken.retryAfterMs} ms`);
  return taken;
}

let redis: RedisServer;
let admin: Redis;
const clients: RedisCommands[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  for (const commands of clients) commands.close();
  admin.disconnect();
  await redis.dispose();
});

const onRedis = (leaseMs = 10_000): RedisLimits => {
  const commands = RedisCommands.connect(new Redis(redis.url, { lazyConnect: true }), 1000, () => {});
  clients.push(commands);
  const report = (error: unknown): never => {
    throw error;
  };
  return new RedisLimits({ commands, keys: new RedisKeys('limits'), leaseMs, local: new MemoryLimits(), report });
};

const STORES: readonly (readonly [string, () => LimitStore])[] = [
  ['in memory', () => new MemoryLimits()],
  ['on Redis', onRedis],
];

describe.each(STORES)('limits %s', (_where, create) => {
  let store: LimitStore;
  beforeEach(() => {
    store = create();
  });

  it('so many uses are free at once, and the next is told when it will be', async () => {
    const of = limits({ limit: 3, windowMs: 60_000 });
    expect([await use(store, of), await use(store, of), await use(store, of)]).toEqual([true, true, true]);
    const wait = await use(store, of);
    // One comes back every 20 s.
    expect(wait).toBeGreaterThan(19_000);
    expect(wait).toBeLessThanOrEqual(20_000);
  });

  it('what was used comes back evenly, and not before it was said', async () => {
    const of = limits({ limit: 2, windowMs: 400 });
    await use(store, of);
    await use(store, of);
    const refusedAt = performance.now();
    const wait = (await use(store, of)) as number;
    expect(wait).toBeGreaterThan(0);
    await expect.poll(() => use(store, of), { interval: 5, timeout: 5000 }).toBe(true);
    // The clocks of Redis and of the test count whole milliseconds.
    expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(wait - 2);
    expect(await use(store, of)).toBeGreaterThan(0);
  });

  it('a refused use is not counted', async () => {
    const of = limits({ limit: 1, windowMs: 300 });
    await use(store, of);
    for (let i = 0; i < 20; i++) expect(await use(store, of)).toBeLessThanOrEqual(300);
  });

  it('each client has a limit for itself, and all share one of the server', async () => {
    const own = limits({ limit: 1 });
    expect([await use(store, own, 'alice'), await use(store, own, 'bob')]).toEqual([true, true]);
    const shared = limits({ limit: 1, per: 'server' });
    expect(await use(store, shared, 'alice')).toBe(true);
    expect(await use(store, shared, 'bob')).toBeGreaterThan(0);
  });

  it('so many may be used at once, until they are given back', async () => {
    const of = limits({ concurrent: 2 });
    const one = await hold(store, of);
    await hold(store, of);
    expect(await use(store, of)).toBe(1000);
    one.release();
    one.release();
    await expect.poll(() => use(store, of)).toBe(true);
    expect(await use(store, of)).toBe(1000);
  });

  it('of several limits all hold, and a refusal by one uses nothing of the others', async () => {
    const of = limits({ limit: 2 }, { concurrent: 1 });
    const one = await hold(store, of);
    expect(await use(store, of)).toBe(1000);
    one.release();
    await expect.poll(() => use(store, of)).toBe(true);
  });

  it('the longest wait is told', async () => {
    const of = limits({ limit: 1, windowMs: 100_000 }, { concurrent: 1 });
    await hold(store, of);
    expect(await use(store, of)).toBeGreaterThan(90_000);
  });

  it.each([3, 7, 11, 13, 49, 97])('a limit of %i is exactly that, though its interval is a fraction', async (limit) => {
    const of = limits({ limit, windowMs: LONG });
    for (let i = 0; i < limit; i++) expect(await use(store, of), `use ${i + 1}`).toBe(true);
    expect(await use(store, of)).toBeGreaterThan((0.8 * LONG) / limit);
  });

  it('of a hundred uses at once exactly as many are admitted as are free', async () => {
    const of = limits({ limit: 30, windowMs: 3_600_000 });
    const all = await Promise.all(Array.from({ length: 100 }, () => use(store, of)));
    expect(all.filter((one) => one === true)).toHaveLength(30);
    for (const wait of all.filter((one) => one !== true)) {
      expect(wait).toBeGreaterThan(119_000);
      expect(wait).toBeLessThanOrEqual(120_000);
    }
  });

  it('of a hundred uses at once exactly as many run as may, and each gives back its own', async () => {
    const of = limits({ concurrent: 30 });
    const all = await Promise.all(Array.from({ length: 100 }, async () => store.take(of, 'alice')));
    const permits = all.filter((one) => !isRefusal(one)) as Permit[];
    expect(permits).toHaveLength(30);
    for (const permit of permits.slice(0, 10)) permit.release();
    const more = async () => Promise.all(Array.from({ length: 20 }, () => use(store, of)));
    await expect.poll(more).toEqual([...Array<true>(10).fill(true), ...Array<number>(10).fill(1000)]);
  });
});

describe('limits in memory', () => {
  it('nothing is remembered of what has come back', () => {
    let now = 0;
    const store = new MemoryLimits(() => now);
    const of = limits({ limit: 10, windowMs: 1000 });
    for (let i = 0; i < 50_000; i++) store.take(of, `client ${i}`);
    expect(store.size).toBe(50_000);
    now = 5000;
    for (let i = 0; i < 50_000; i++) {
      now += 100;
      store.take(of, `another ${i}`);
    }
    expect(store.size).toBeLessThanOrEqual(1000);
  });

  it('what is in use is never forgotten, however many clients come by', () => {
    const store = new MemoryLimits(() => 0);
    const of = limits({ concurrent: 1 });
    store.take(of, 'alice');
    const others = limits({ limit: 1 });
    for (let i = 0; i < 150_000; i++) store.take(others, `client ${i}`);
    expect(store.size).toBeLessThanOrEqual(100_000);
    expect(store.take(of, 'alice')).toMatchObject({ retryAfterMs: 1000 });
  });
});

describe('limits on Redis', () => {
  it('are shared by all instances', async () => {
    const [a, b] = [onRedis(), onRedis()];
    const of = limits({ limit: 3, windowMs: 60_000 }, { concurrent: 3 });
    await hold(a, of);
    await hold(b, of);
    const permit = await hold(a, of);
    expect(await use(b, of)).toBeGreaterThan(1000);
    const running = limits({ concurrent: 1 });
    const one = await hold(a, running);
    expect(await use(b, running)).toBe(1000);
    one.release();
    permit.release();
    await expect.poll(() => use(b, running)).toBe(true);
  });

  it('what an instance uses for long counts until it ends, and what a lost instance used for a lease', async () => {
    const [a, b] = [onRedis(150), onRedis(150)];
    const of = limits({ concurrent: 1 });
    await hold(a, of);
    const until = performance.now() + 600;
    while (performance.now() < until) expect(await use(b, of)).toBe(1000);
    a.close();
    await expect.poll(() => use(b, of)).toBe(true);
  });

  it('no key is left without a time to live', async () => {
    const store = onRedis();
    await hold(store, limits({ limit: 3 }, { concurrent: 3 }, { limit: 1, concurrent: 1, per: 'server' }));
    const keys = await admin.keys('limits:*');
    expect(keys.length).toBeGreaterThanOrEqual(3);
    for (const key of keys) expect(await admin.pttl(key), key).toBeGreaterThan(0);
  });
});
