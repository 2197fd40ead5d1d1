import { describe, expect, it } from 'vitest';
import { MemoryTaskStore } from '../../lib/memory/memory-task-store.js';
import { taskStoreContract } from '../../lib/testing/index.js';

describe('MemoryTaskStore', () => {
  taskStoreContract(
    { describe, it },
    {
      create: async ({ maxTasks }) => {
        let now = 1_763_800_000_000;
        const store = new MemoryTaskStore({ maxTasks, clock: () => now });
        const advance = async (ms: number) => void (now += ms);
        const dispose = async () => {
          now += 3_600_000;
          for (const principal of ['alice', 'bob']) expect(await store.list(principal, 100)).toEqual([]);
          store.close();
        };
        return { store, advance, dispose };
      },
    },
  );
});
