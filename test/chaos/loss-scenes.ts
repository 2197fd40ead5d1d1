import type { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import type { Instances } from './instances.js';
import type { LossCrowd, Seat } from './loss-crowd.js';
import type { Chance } from './random.js';

/** `trim` and `ttl` lose histories, `fork` the newest of what was delivered, the others everything. */
export const LOSSES = ['trim', 'ttl', 'flush', 'restart-empty', 'fork'] as const;
export type Loss = (typeof LOSSES)[number];

export interface Scene {
  readonly fleet: Instances;
  readonly redis: Redis;
  readonly crowd: LossCrowd;
  readonly chance: Chance;
}

const PATIENCE_MS = 30_000;

/** Each loses something, and says whose streams are affected. */
export const SCENES: Record<Loss, (scene: Scene) => Promise<Seat[]>> = {
  /** Histories go while some clients are away, who miss something of it, and others are there, who do not. */
  trim: async ({ redis, crowd, chance }) => {
    const [away, there] = crowd.split(chance);
    await crowd.leave(away);
    await crowd.speak(crowd.seats, 5);
    await crowd.caughtUp(there);
    for (const seat of crowd.seats) {
      const log = await keyOf(redis, `*:${seat.session}}:l:g`);
      if (chance.next() < 0.5) await redis.del(log);
      else await redis.xtrim(log, 'MAXLEN', chance.between(1, 4));
    }
    await crowd.comeBack(away);
    return away;
  },

  /** The same by age: those of the absent who missed nothing are not affected. */
  ttl: async ({ redis, crowd, chance }) => {
    const [away, there] = crowd.split(chance);
    const [missing, upToDate] = [away, there.slice(0, Math.ceil(there.length / 2))];
    await crowd.leave([...missing, ...upToDate]);
    await crowd.speak(missing, 5);
    const logs = await keysOf(redis, '*:l:g');
    await vi.waitFor(async () => expect(await redis.exists(...logs)).toBe(0), { timeout: PATIENCE_MS, interval: 100 });
    await crowd.comeBack([...missing, ...upToDate]);
    return missing;
  },

  flush: async ({ redis, crowd }) => {
    await redis.flushall();
    return crowd.seats;
  },

  'restart-empty': async ({ fleet, crowd }) => {
    await fleet.redis.kill();
    await fleet.redis.start();
    return crowd.seats;
  },

  /** What a replica knew that was a little behind. */
  fork: async ({ redis, crowd, chance }) => {
    const [forked] = crowd.split(chance);
    const names: string[] = [];
    for (const { session } of forked) names.push(...(await keysOf(redis, `*:${session}}:[sl]*`)));
    const before = await Promise.all(
      names.map(async (name) => ({ name, ttl: await redis.pttl(name), dump: await redis.dumpBuffer(name) })),
    );
    await crowd.speak(crowd.seats, 5);
    await crowd.caughtUp(crowd.seats);
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
  if (key === undefined) throw new Error(`There is no ${pattern}.`);
  return key;
}
