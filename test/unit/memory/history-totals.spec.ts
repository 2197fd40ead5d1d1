import { describe, expect, it } from 'vitest';
import { StoredBytes } from '../../../lib/limits/stored-bytes.js';
import { MemoryEventLog } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';

const TOTAL = 400_000;
const everySession = { has: () => true, onEnd: () => () => {} };

function logWithTotal(): MemoryEventLog {
  const broker = new MemoryMessageBroker({ onError: () => {} });
  return new MemoryEventLog({
    broker,
    sessions: everySession,
    stored: new StoredBytes({ totalBytes: TOTAL, shareBytes: TOTAL / 4 }),
    maxHistoryBytes: TOTAL / 4,
  });
}

describe('the bytes of all histories', () => {
  it('MemoryEventLog keeps all histories within the total, and those of one principal within a quarter of it', async () => {
    const log = logWithTotal();
    for (let session = 0; session < 20; session++) {
      for (let stream = 0; stream < 20; stream++) {
        const key = { principal: 'mallory', id: `${session}` };
        await log.append(key, `r${stream}`, 'x'.repeat(10_000), { final: true });
        expect(log.sizes.bytes).toBeLessThanOrEqual(TOTAL / 4);
      }
    }
    for (let principal = 0; principal < 20; principal++) {
      await log.append({ principal: `p${principal}`, id: '1' }, 'r1', 'x'.repeat(50_000), { final: true });
      expect(log.sizes.bytes).toBeLessThanOrEqual(TOTAL);
    }
    log.close();
  });

  it('MemoryEventLog forgets finished streams first, and then the oldest entries of the stream that grows', async () => {
    const log = logWithTotal();
    const key = { principal: 'alice', id: '1' };
    await log.append(key, 'r1', 'x'.repeat(60_000), { final: true });
    for (let i = 0; i < 20; i++) await log.append(key, 'g', 'y'.repeat(20_000));
    expect((await log.read(key, 'r1', '0-0', 1)).known).toBe(false);
    const page = await log.read(key, 'g', '0-0', 100);
    expect(page.entries.length).toBeLessThanOrEqual(5);
    expect(page.entries.at(-1)?.id).toBe(page.last);
    log.close();
  });

  it('MemoryEventLog forgets a delivered stream after a minute, and keeps one that was not delivered', async () => {
    let now = 0;
    const broker = new MemoryMessageBroker({ onError: () => {} });
    const log = new MemoryEventLog({ broker, sessions: everySession, historyTtlMs: 1000, clock: () => now });
    const key = { principal: 'alice', id: '1' };
    for (const [stream, delivered] of [
      ['r1', true],
      ['r2', false],
    ] as const) {
      const fence = await log.claim(key, stream);
      await log.append(key, stream, 'answer', { final: true });
      await log.release(key, stream, fence!, delivered);
    }
    now = 61_000;
    expect((await log.read(key, 'r1', '0-0', 1)).known).toBe(false);
    expect((await log.read(key, 'r2', '0-0', 1)).final?.data).toBe('answer');
    log.close();
  });
});
