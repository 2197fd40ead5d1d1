import type { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import type { Instances } from './instances.js';
import type { LossCrowd, LossClient } from './loss-crowd.js';
import type { Chance } from './random.js';

/** `trim` and `ttl` lose histories, `fork` loses the newest delivered entries, the others lose everything. */
export const LOSSES = ['trim', 'ttl', 'flush', 'restart-empty', 'fork'] as const;
export type Loss = (typeof LOSSES)[number];

export interface Scene {
  readonly fleet: Instances;
  readonly redis: Redis;
  readonly crowd: LossCrowd;
  readonly chance: Chance;
}

const TIMEOUT_MS = 30_000;

/** Each scene loses data and returns the clients whose streams are affected. */
export const SCENES: Record<Loss, (scene: Scene) => Promise<LossClient[]>> = {
  /** Histories are trimmed while some clients are disconnected, who miss entries, and others connected, who do not. */
  trim: async ({ redis, crowd, chance }) => {
    const [absent, connected] = crowd.split(chance);
    await crowd.disconnect(absent);
    await crowd.send(crowd.clients, 5);
    await crowd.caughtUp(connected);
    for (const client of crowd.clients) {
      const log = await keyOf(redis, `*:${client.session}}:l:g`);
      if (chance.next() < 0.5) await redis.del(log);
      else await redis.xtrim(log, 'MAXLEN', chance.between(1, 4));
    }
    await crowd.reconnect(absent);
    return absent;
  },

  /** Histories expire: disconnected clients that missed nothing are not affected. */
  ttl: async ({ redis, crowd, chance }) => {
    const [absent, connected] = crowd.split(chance);
    const [missing, upToDate] = [absent, connected.slice(0, Math.ceil(connected.length / 2))];
    await crowd.disconnect([...missing, ...upToDate]);
    await crowd.send(missing, 5);
    const logs = await keysOf(redis, '*:l:g');
    await vi.waitFor(async () => expect(await redis.exists(...logs)).toBe(0), { timeout: TIMEOUT_MS, interval: 100 });
    await crowd.reconnect([...missing, ...upToDate]);
    return missing;
  },

  flush: async ({ redis, crowd }) => {
    await redis.flushall();
    return crowd.clients;
  },

  'restart-empty': async ({ fleet, crowd }) => {
    await fleet.redis.kill();
    await fleet.redis.start();
    return crowd.clients;
  },

  /** Restores an older state of some sessions, as a failover to a lagging replica does. */
  fork: async ({ redis, crowd, chance }) => {
    const [forked] = crowd.split(chance);
    const names: string[] = [];
    for (const { session } of forked) names.push(...(await keysOf(redis, `*:${session}}:[sl]*`)));
    const before = await Promise.all(
      names.map(async (name) => ({ name, ttl: await redis.pttl(name), dump: await redis.dumpBuffer(name) })),
    );
    await crowd.send(crowd.clients, 5);
    await crowd.caughtUp(crowd.clients);
    const step = redis.multi();
    for (const { name, ttl, dump } of before) step.restore(name, Math.max(ttl, 1000), dump!, 'REPLACE');
    await step.exec();
    return forked;
  },
};

async function keysOf(redis: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of redis.scanStream({ match: pattern, count: 500 })) {
    for (const key of page as string[]) keys.add(key);
  }
  return [...keys];
}

async function keyOf(redis: Redis, pattern: string): Promise<string> {
  const [key] = await keysOf(redis, pattern);
  if (key === undefined) throw new Error(`No key matches ${pattern}.`);
  return key;
}
