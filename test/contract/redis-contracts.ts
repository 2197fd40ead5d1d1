import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RedisNonceStore } from '../../lib/redis/state/redis-nonce-store.js';
import {
  eventLogContract,
  messageBrokerContract,
  nonceStoreContract,
  pendingRequestsContract,
  sessionStoreContract,
} from '../../lib/testing/index.js';
import { fleetMember, type MemberOptions, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import type { RedisOption } from '../../lib/redis/connection/redis-option.js';

/** Runs every contract suite on the Redis backends. @param option called once the server has started */
export function redisContracts(name: string, option: () => RedisOption): void {
  /** Two instances on one Redis. Redis has its own clock, so the tests have to wait for time to pass. */
  async function pair(options: Omit<MemberOptions, 'redis'> = {}) {
    const namespace = newNamespace();
    const [one, other] = await Promise.all([0, 1].map(() => fleetMember({ ...options, redis: option(), namespace })));
    const dispose = async (): Promise<void> => {
      for await (const key of one!.store.sessions()) await one!.store.end(key);
      await Promise.all([one!.close(), other!.close()]);
    };
    return { one: one!, other: other!, dispose, advance: (ms: number) => pause(ms).then(() => undefined) };
  }

  describe(name, () => {
    messageBrokerContract(
      { describe, it },
      {
        create: async () => {
          const { one, other, dispose } = await pair();
          // Only a connection that has subscribed before can be interrupted.
          await (await one.broker.subscribe('warm-up', () => undefined)).close();
          const interrupt = async () => void (await one.commands.send('client', 'KILL', 'TYPE', 'pubsub'));
          return { broker: one.broker, peer: other.broker, interrupt, dispose };
        },
      },
    );

    sessionStoreContract(
      { describe, it },
      {
        create: async (limits) => {
          // The stores hear of each other's ends, and know no session for so long that a test could see it.
          const { one, other, advance, dispose } = await pair({ ...limits, knownMs: 0 });
          return { store: one.store, peer: other.store, advance, dispose };
        },
      },
    );

    eventLogContract(
      { describe, it },
      {
        create: async (limits) => {
          const { one, other, advance, dispose } = await pair(limits);
          const { log, store, broker } = one;
          return {
            ...{ log, peer: other.log, store, broker, advance },
            dispose: async () => {
              await dispose();
              expect([...one.troubles, ...other.troubles]).toEqual([]);
            },
          };
        },
      },
    );

    pendingRequestsContract(
      { describe, it },
      {
        create: async () => {
          const { one, other, dispose } = await pair();
          const interrupt = async () => void (await one.commands.send('client', 'KILL', 'TYPE', 'pubsub'));
          return {
            ...{ pending: one.pending, peer: other.pending, store: one.store, interrupt },
            dispose: async () => {
              await dispose();
              expect(one.pending.size).toBe(0);
            },
          };
        },
      },
    );

    nonceStoreContract(
      { describe, it },
      {
        create: async () => {
          const { one, other, advance, dispose } = await pair();
          const [nonces, peer] = [one, other].map(({ commands, keys }) => new RedisNonceStore(commands, keys));
          return { nonces: nonces!, peer, advance, dispose };
        },
      },
    );
  });
}
