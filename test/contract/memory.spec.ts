import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../lib/memory/memory-session-store.js';
import { MemoryNonceStore } from '../../lib/memory/memory-nonce-store.js';
import { MemoryPendingRequests } from '../../lib/memory/memory-pending-requests.js';
import {
  eventLogContract,
  messageBrokerContract,
  nonceStoreContract,
  pendingRequestsContract,
  sessionStoreContract,
} from '../../lib/testing/index.js';

const fakeClock = (now = 1_763_800_000_000) => ({
  clock: () => now,
  advance: async (ms: number) => void (now += ms),
});

describe('memory backends', () => {
  messageBrokerContract(
    { describe, it },
    {
      create: async () => {
        const broker = new MemoryMessageBroker({ onError: () => undefined });
        return { broker, dispose: async () => undefined };
      },
    },
  );

  sessionStoreContract(
    { describe, it },
    {
      create: async (limits) => {
        const { clock, advance } = fakeClock();
        const store = new MemorySessionStore({ ...limits, clock });
        const dispose = async () => {
          for await (const key of store.sessions()) await store.end(key);
          expect(store.sizes).toEqual({ sessions: 0, ids: 0, principals: 0 });
          store.close();
        };
        return { store, advance, dispose };
      },
    },
  );

  eventLogContract(
    { describe, it },
    {
      create: async (limits) => {
        const { clock, advance } = fakeClock();
        const store = new MemorySessionStore({ ...limits, clock });
        const broker = new MemoryMessageBroker();
        const log = new MemoryEventLog({ ...limits, sessions: store, broker, clock });
        const dispose = async () => {
          for await (const key of store.sessions()) await store.end(key);
          expect(log.sizes).toEqual({ sessions: 0, streams: 0, entries: 0, bytes: 0 });
          log.close();
          store.close();
        };
        return { store, broker, log, advance, dispose };
      },
    },
  );

  pendingRequestsContract(
    { describe, it },
    {
      create: async () => {
        const store = new MemorySessionStore();
        const pending = new MemoryPendingRequests(store);
        const dispose = async () => {
          for await (const key of store.sessions()) await store.end(key);
          expect(pending.size).toBe(0);
          pending.close();
          store.close();
        };
        return { pending, store, dispose };
      },
    },
  );

  nonceStoreContract(
    { describe, it },
    {
      create: async () => {
        const { clock, advance } = fakeClock();
        return { nonces: new MemoryNonceStore(clock), advance, dispose: async () => undefined };
      },
    },
  );
});
