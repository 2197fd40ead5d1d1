import assert from 'node:assert/strict';
import { decodeStreamSignals, type StreamSignal, SIGNAL_PAYLOAD_LIMIT } from '../stream/stream-signal.js';
import {
  ALICE,
  appended,
  entriesAfter,
  type EventLogContract,
  type EventLogSetup,
  G,
  withSession,
} from './event-log.fixture.js';
import { Inbox } from './inbox.js';
import type { Runner } from './runner.js';

/** @internal The part of `eventLogContract` about what the readers hear. */
export function eventLogSignalsContract(runner: Runner, contract: EventLogContract): void {
  const it = withSession(runner, contract);

  runner.describe('EventLog contract: signals', () => {
    const listen = async ({ broker, log }: EventLogSetup, key = ALICE): Promise<Inbox> => {
      const inbox = new Inbox();
      await broker.subscribe(log.channel(key), (message) => message.split('\n').forEach(inbox.listener));
      return inbox;
    };
    const decoded = ({ items }: Inbox): (StreamSignal | undefined)[] => items.flatMap(decodeStreamSignals);

    it('ring for each entry, in order, with the text while it is small', async (setup) => {
      const { log, peer = log } = setup;
      const inbox = await listen(setup);
      const texts = ['{"a": 1}', ' x ', 'y'.repeat(SIGNAL_PAYLOAD_LIMIT), 'z'.repeat(SIGNAL_PAYLOAD_LIMIT * 3)];
      for (const text of texts) await appended(peer, G, text);
      await appended(log, 'r1', 'result', { final: true });
      await inbox.untilCount(5);
      const entries = [...(await entriesAfter(log, G)), ...(await entriesAfter(log, 'r1'))];
      assert.deepEqual(
        decoded(inbox),
        entries.map(({ id, previous, final, data }, i) => ({
          kind: 'entry',
          stream: i < 4 ? G : 'r1',
          id,
          previous,
          final,
          data: data.length > SIGNAL_PAYLOAD_LIMIT ? undefined : data,
        })),
      );
    });

    it('ring in the order of the entries when several write', async (setup) => {
      const { log, peer = log } = setup;
      const inbox = await listen(setup);
      await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? log : peer).append(ALICE, G, `${i}`)));
      await inbox.untilCount(60);
      assert.deepEqual(
        decoded(inbox).map((signal) => signal?.kind === 'entry' && signal.id),
        (await entriesAfter(log, G)).map(({ id }) => id),
      );
    });

    it('ring after the entry can be read', async (setup) => {
      const { log, broker } = setup;
      const found = new Inbox<boolean>();
      await broker.subscribe(log.channel(ALICE), (message) => {
        for (const signal of decodeStreamSignals(message)) {
          if (signal?.kind !== 'entry') continue;
          entriesAfter(log, G, signal.previous).then(
            (entries) => found.listener(entries[0]?.id === signal.id),
            () => found.listener(false),
          );
        }
      });
      for (let i = 0; i < 20; i++) await appended(log, G, `${i}`);
      await found.untilCount(20);
      assert.ok(found.items.every(Boolean));
    });

    it('do not ring for what was not written', async (setup) => {
      const { log, broker } = setup;
      const inbox = await listen(setup);
      await appended(log, 'r1', 'result', { final: true });
      await log.append(ALICE, 'r1', 'late');
      await log.append({ principal: 'mallory', id: ALICE.id }, G, 'foreign');
      await broker.publish(log.channel(ALICE), 'x');
      await inbox.until('the marker', (items) => items.includes('x'));
      assert.equal(inbox.items.length, 2);
    });
  });
}
