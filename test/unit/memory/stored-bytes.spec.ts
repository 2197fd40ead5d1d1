import { describe, expect, it } from 'vitest';
import { StoredBytes } from '../../../lib/limits/stored-bytes.js';
import { MemoryEventLog } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import { MemoryTaskStore } from '../../../lib/memory/memory-task-store.js';

const SHARE = 100_000;

function stores() {
  const stored = new StoredBytes({ totalBytes: 4 * SHARE, shareBytes: SHARE });
  const sessions = new MemorySessionStore({ stored });
  const log = new MemoryEventLog({ broker: new MemoryMessageBroker({ onError: () => {} }), sessions, stored });
  const tasks = new MemoryTaskStore({ stored });
  return { stored, sessions, log, tasks };
}
const session = (id: string, client: string) =>
  ({ principal: 'anon', client, id, revision: '2025-06-18', clientCapabilities: {}, initialized: true }) as const;
const task = (id: string, client: string, bytes: number) => ({
  ...{ principal: 'anon', id, tool: 'tool', arguments: { text: 'x'.repeat(bytes) }, idempotent: false },
  ...{ ttlMs: 60_000, pollIntervalMs: 1000, checkpoint: { answered: {}, steps: {} } },
  caller: { revision: '2026-07-28', client, clientCapabilities: {} } as const,
});

describe('one account for what is stored in memory', () => {
  it('StoredBytes gives sessions, histories and tasks of one client one share, and leaves the rest to others', async () => {
    const { stored, sessions, log, tasks } = stores();
    const mallory = session('1', '192.0.2.1');
    await sessions.create(mallory);
    for (let i = 0; i < 5; i++) await log.append(mallory, 'g', 'x'.repeat(10_000));
    await tasks.create(task('1', '192.0.2.1', 40_000), 1000);
    const over = { name: 'StorageLimitError', status: 429 };
    await expect(tasks.create(task('2', '192.0.2.1', 10_000), 1000)).rejects.toMatchObject(over);
    await tasks.create(task('3', '192.0.2.2', 10_000), 1000);
    expect(stored.largestShare).toBeLessThanOrEqual(SHARE);
  });

  it('StoredBytes forgets finished streams before anything is refused, and refuses with 503 beyond the total', async () => {
    const { stored, sessions, log, tasks } = stores();
    for (let i = 0; i < 4; i++) {
      const one = session(`${i}`, `192.0.2.${i}`);
      await sessions.create(one);
      await log.append(one, 'r1', 'x'.repeat(90_000), { final: true });
    }
    await tasks.create(task('1', '192.0.2.9', 90_000), 1000);
    expect((await log.read(session('0', ''), 'r1', '0-0', 1)).known).toBe(false);
    for (const i of [5, 6, 7]) await tasks.create(task(`${i}`, `192.0.2.${i}`, 90_000), 1000);
    const full = { name: 'StorageLimitError', status: 503 };
    await expect(tasks.create(task('8', '192.0.2.8', 90_000), 1000)).rejects.toMatchObject(full);
    expect(stored.held).toBeLessThanOrEqual(4 * SHARE);
  });

  it('StoredBytes holds nothing for an ended session, and only the result of an ended task', async () => {
    const { stored, sessions, log, tasks } = stores();
    const one = session('1', '192.0.2.1');
    await sessions.create(one);
    await sessions.subscribe(one, 'x:1');
    await sessions.subscribe(one, 'x:2');
    await sessions.unsubscribe(one, 'x:1');
    await log.append(one, 'g', 'text');
    await sessions.end(one);
    expect(stored.held).toBe(0);
    await tasks.create(task('1', '192.0.2.1', 50_000), 1000);
    await tasks.move({ principal: 'anon', id: '1' }, ['working'], 'completed', { result: { content: [] } });
    expect(stored.held).toBeLessThan(2000);
  });
});
