import { expect, it } from 'vitest';
import { MemoryEventLog, MemoryMessageBroker, MemorySessionStore } from 'nestjs-mcp-fleet';
import { STANDALONE_STREAM, STREAM_START } from '../../../lib/stream/event-log.js';
import { openStream, type StreamOpening } from '../../../lib/stream/stream-reader.js';
import { StreamRecorder } from '../../fixtures/fleet/stream-recorder.js';

const ALICE = { principal: 'alice', id: 'session-1' };

it('P5 a connection that was superseded before it subscribed delivers no later entry', async () => {
  const sessions = new MemorySessionStore();
  const broker = new MemoryMessageBroker();
  const log = new MemoryEventLog({ sessions, broker });
  await sessions.create({ ...ALICE, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
  let release!: () => void;
  let readBegun!: () => void;
  const reading = new Promise<void>((resolve) => (readBegun = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  // Its claim is superseded before it subscribes, and its first read of the log is held until release().
  const slowLog = {
    channel: log.channel.bind(log),
    release: log.release.bind(log),
    claim: async (...args: Parameters<typeof log.claim>) => {
      const fence = await log.claim(...args);
      await log.claim(...args);
      // The signal of the second claim is published before anybody subscribes.
      await new Promise(setImmediate);
      return fence;
    },
    read: (...args: Parameters<typeof log.read>) => {
      readBegun();
      return held.then(() => log.read(...args));
    },
  } as unknown as StreamOpening['log'];
  const ledger = new StreamRecorder();
  const from = { session: ALICE, stream: STANDALONE_STREAM, cursor: STREAM_START };
  openStream({ log: slowLog, broker, ...from, report: () => undefined }).subscribe(ledger.listener);
  await reading;
  const signals: string[] = [];
  await broker.subscribe(log.channel(ALICE), (line) => signals.push(line));
  await log.append(ALICE, STANDALONE_STREAM, 'not for you');
  await expect.poll(() => signals.at(-1)).toContain('not for you');
  release();
  await ledger.until(() => ledger.ends.length > 0);
  expect(ledger.ends).toEqual([{ kind: 'end', reason: 'fenced' }]);
  expect(ledger.delivered).toEqual([]);
});
