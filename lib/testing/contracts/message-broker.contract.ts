import assert from 'node:assert/strict';
import type { MessageBroker } from '../../broker/message-broker.js';
import { Inbox } from './inbox.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

/**
 * The set-up of one test of `messageBrokerContract()`.
 *
 * @publicApi
 */
export interface MessageBrokerSetup extends Disposable {
  /** The broker under test. A listener that throws must not end the process. */
  readonly broker: MessageBroker;
  /** The broker of another instance. Default: `broker`. */
  readonly peer?: MessageBroker;
  /** Makes `broker` miss messages for a moment. Absent if it cannot miss any. */
  readonly interrupt?: () => Promise<void>;
}

/**
 * The broker under test of `messageBrokerContract()`.
 *
 * @publicApi
 */
export interface MessageBrokerContract {
  readonly create: () => Promise<MessageBrokerSetup>;
}

/**
 * Tests every sentence of the contract in the docblock of `MessageBroker`.
 *
 * @publicApi
 */
export function messageBrokerContract(runner: Runner, { create }: MessageBrokerContract): void {
  const it = withSetup(runner, create);

  runner.describe('MessageBroker contract', () => {
    it('MessageBroker.subscribe delivers messages of this and other instances once it has resolved', async ({
      broker,
      peer = broker,
    }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      await peer.publish('a', 'from the peer');
      await broker.publish('a', 'from here');
      await inbox.untilCount(2);
      assert.deepEqual(inbox.items.toSorted(), ['from here', 'from the peer']);
    });

    it('MessageBroker.publish does not call listeners synchronously', async ({ broker }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      const published = broker.publish('a', '1');
      assert.equal(inbox.items.length, 0);
      await published;
      await inbox.untilCount(1);
    });

    it('MessageBroker.publish reaches only the exact channel, even if channel names contain one another', async ({
      broker,
      peer = broker,
    }) => {
      const names = ['a', 'a:', 'a:b', 'A', 'a*', '{a}', '*', 'a b', 'ä'];
      const inboxes = names.map(() => new Inbox());
      await Promise.all(names.map((name, i) => broker.subscribe(name, inboxes[i]!.listener)));
      for (const name of names) await peer.publish(name, name);
      await Promise.all(inboxes.map((inbox) => inbox.untilCount(1)));
      assert.deepEqual(
        inboxes.map(({ items }) => items),
        names.map((name) => [name]),
      );
    });

    it('MessageBroker.subscribe does not deliver messages published before it', async ({ broker, peer = broker }) => {
      await peer.publish('a', 'early');
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      await peer.publish('a', 'late');
      await inbox.until('late', (items) => items.includes('late'));
      assert.deepEqual(inbox.items, ['late']);
    });

    it('BrokerSubscription.close does not affect other listeners of the channel', async ({ broker, peer = broker }) => {
      const [first, second] = [new Inbox(), new Inbox()];
      const subscription = await broker.subscribe('a', first.listener);
      await broker.subscribe('a', second.listener);
      await peer.publish('a', '1');
      await Promise.all([first.untilCount(1), second.untilCount(1)]);
      await subscription.close();
      await subscription.close();
      await peer.publish('a', '2');
      await second.untilCount(2);
      assert.deepEqual([first.items, second.items], [['1'], ['1', '2']]);
    });

    it('BrokerSubscription.close prevents further calls, even for a message in flight', async ({ broker }) => {
      const [gone, control] = [new Inbox(), new Inbox()];
      const subscription = await broker.subscribe('a', gone.listener);
      await broker.subscribe('a', control.listener);
      const published = broker.publish('a', '1');
      await subscription.close();
      const seen = gone.items.length;
      await published;
      await control.untilCount(1);
      assert.equal(gone.items.length, seen);
    });

    it('MessageBroker.subscribe works again after the last listener of a channel was closed', async ({
      broker,
      peer = broker,
    }) => {
      const inbox = new Inbox();
      for (let round = 1; round <= 20; round++) {
        const subscription = await broker.subscribe('a', inbox.listener);
        await peer.publish('a', `${round}`);
        await inbox.untilCount(round);
        await subscription.close();
      }
      assert.deepEqual(
        inbox.items,
        Array.from({ length: 20 }, (_, i) => `${i + 1}`),
      );
    });

    it('MessageBroker.subscribe keeps the channel when another listener closes at the same time', async ({
      broker,
      peer = broker,
    }) => {
      const inbox = new Inbox();
      const first = await broker.subscribe('a', () => undefined);
      await Promise.all([first.close(), broker.subscribe('a', inbox.listener)]);
      await peer.publish('a', '1');
      await inbox.untilCount(1);
    });

    it('MessageBroker.publish preserves the order of one publisher without awaiting', async ({
      broker,
      peer = broker,
    }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
      await Promise.all(texts.map((text) => peer.publish('a', text)));
      await inbox.untilCount(500);
      assert.deepEqual(inbox.items, texts);
    });

    it('MessageBroker.publish inside a listener preserves the order for all listeners', async ({ broker }) => {
      const [first, second] = [new Inbox(), new Inbox()];
      await broker.subscribe('a', (text) => {
        first.listener(text);
        if (text === '1') void broker.publish('a', '2');
      });
      await broker.subscribe('a', second.listener);
      await broker.publish('a', '1');
      await Promise.all([first.untilCount(2), second.untilCount(2)]);
      assert.deepEqual(
        [first.items, second.items],
        [
          ['1', '2'],
          ['1', '2'],
        ],
      );
    });

    it('MessageBroker.publish reaches the other listeners even if one throws', async ({ broker, peer = broker }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', () => {
        throw new Error('thrown by the listener');
      });
      await broker.subscribe('a', inbox.listener);
      await peer.publish('a', '1');
      await peer.publish('a', '2');
      await inbox.untilCount(2);
      assert.deepEqual(inbox.items, ['1', '2']);
    });

    it('MessageBroker.publish delivers text unchanged', async ({ broker, peer = broker }) => {
      const texts = [
        '{"a":"\\u0000\\n"}',
        ' spaces  and\ttabs ',
        'two\nlines\r\n',
        '"quoted"',
        'ünïcödé 🚀',
        'x'.repeat(100_000),
      ];
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      for (const text of texts) await peer.publish('a', text);
      await inbox.untilCount(texts.length);
      assert.deepEqual(inbox.items, texts);
    });

    it('MessageBroker.onInterruption calls the listener until it is removed', async ({ broker, interrupt }) => {
      const inbox = new Inbox();
      const stop = broker.onInterruption(() => inbox.listener('interrupted'));
      if (interrupt) {
        await interrupt();
        await inbox.untilCount(1);
      }
      stop();
      stop();
      const seen = inbox.items.length;
      await interrupt?.();
      assert.equal(inbox.items.length, interrupt ? seen : 0);
    });
  });
}
