import { describe, expect, it } from 'vitest';
import { MemoryPendingRequests } from '../../lib/memory/memory-pending-requests.js';
import { MemorySessionStore } from '../../lib/memory/memory-session-store.js';
import { pendingRequestsContract } from '../../lib/testing/index.js';

describe('in memory', () => {
  pendingRequestsContract(
    { describe, it },
    {
      create: async () => {
        const store = new MemorySessionStore({ idleTtlMs: 60_000, maxSessions: 10, maxSubscriptions: 1 });
        const requests = new MemoryPendingRequests(store);
        return {
          requests,
          openSession: async (id, principal) => {
            await store.create({
              principal,
              id,
              revision: '2025-11-25',
              clientCapabilities: {},
              initialized: true,
            } as never);
            return { principal, id };
          },
          endSession: async (key) => {
            await store.end(key);
          },
          dispose: async () => {
            expect(requests.size).toBe(0);
            requests.close();
            store.close();
          },
        };
      },
    },
  );

  it('rejects those who wait when it is closed', async () => {
    const requests = new MemoryPendingRequests({ has: () => true, onEnd: () => () => {} });
    const { response } = await requests.expect({ principal: 'a', id: 's' }, 'q', 60_000);
    requests.close();
    await expect(response).rejects.toThrow('The server is shutting down');
    expect(requests.size).toBe(0);
  });
});
