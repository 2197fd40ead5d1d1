import assert from 'node:assert/strict';
import { decodeStreamSignals, type StreamSignal, SIGNAL_PAYLOAD_LIMIT } from '../../stream/stream-signal.js';
import {
  ALICE,
  appendEntry,
  entriesAfter,
  type EventLogContract,
  type EventLogSetup,
  STANDALONE,
  withSession,
} from './event-log.fixture.js';
import { Inbox } from './inbox.js';
import type { Runner } from './runner.js';

/** @internal The part of `eventLogContract` about the signals to readers. */
export function eventLogSignalsContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);

  runner.describe('EventLog contract: signals', () => {
    const listen = async ({ broker, log }: EventLogSetup, key = ALICE): Promise<Inbox> => {
      const inbox = new Inbox();
      await broker.subscribe(log.channel(key), (message) => message.split('\n').forEach(inbox.listener));
      return inbox;
    };
    const decoded = ({ items }: Inbox): (StreamSignal | undefined)[] => items.flatMap(decodeStreamSignals);

    it('EventLog.append publishes a signal for each entry in order, with the text if it is small', async (setup) => {
      const { log, peer = log } = setup;
      const inbox = await listen(setup);
      const texts = ['{"a": 1}', ' x ', 'y'.repeat(SIGNAL_PAYLOAD_LIMIT), 'z'.repeat(SIGNAL_PAYLOAD_LIMIT * 3)];
      for (const text of texts) await appendEntry(peer, STANDALONE, text);
      await appendEntry(log, 'r1', 'result', { final: true });
      await inbox.untilCount(5);
      const entries = [...(await entriesAfter(log, STANDALONE)), ...(await entriesAfter(log, 'r1'))];
      assert.deepEqual(
        decoded(inbox),
        entries.map(({ id, previous, final, data }, i) => ({
          kind: 'entry',
          stream: i < 4 ? STANDALONE : 'r1',
          id,
          previous,
          final,
          data: data.length > SIGNAL_PAYLOAD_LIMIT ? undefined : data,
        })),
      );
    });

    it('EventLog.append publishes the signals of concurrent writers in the order of the entries', async (setup) => {
      const { log, peer = log } = setup;
      const inbox = await listen(setup);
      await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? log : peer).append(ALICE, STANDALONE, `${i}`)));
      await inbox.untilCount(60);
      assert.deepEqual(
        decoded(inbox).map((signal) => signal?.kind === 'entry' && signal.id),
        (await entriesAfter(log, STANDALONE)).map(({ id }) => id),
      );
    });

    it('EventLog.append publishes a signal only once the entry can be read', async (setup) => {
      const { log, broker } = setup;
      const found = new Inbox<boolean>();
      await broker.subscribe(log.channel(ALICE), (message) => {
        for (const signal of decodeStreamSignals(message)) {
          if (signal?.kind !== 'entry') continue;
          entriesAfter(log, STANDALONE, signal.previous).then(
            (entries) => found.listener(entries[0]?.id === signal.id),
            () => found.listener(false),
          );
        }
      });
      for (let i = 0; i < 20; i++) await appendEntry(log, STANDALONE, `${i}`);
      await found.untilCount(20);
      assert.ok(found.items.every(Boolean));
    });

    it('EventLog.append publishes no signal for a rejected entry', async (setup) => {
      const { log, broker } = setup;
      const inbox = await listen(setup);
      await appendEntry(log, 'r1', 'result', { final: true });
      await log.append(ALICE, 'r1', 'late');
      await log.append({ principal: 'mallory', id: ALICE.id }, STANDALONE, 'foreign');
      await broker.publish(log.channel(ALICE), 'x');
      await inbox.until('the marker', (items) => items.includes('x'));
      assert.equal(inbox.items.length, 2);
    });
  });
}
