import assert from 'node:assert/strict';
import type { MessageBroker } from '../broker/message-broker.js';
import { Inbox } from './inbox.js';
import { type Disposable, type Runner, withSetup } from './runner.js';

export interface MessageBrokerSetup extends Disposable {
  /** Must be built so that a listener that throws does not end the process. */
  readonly broker: MessageBroker;
  /** The same broker as another instance has it; without one, `broker` again. */
  readonly peer?: MessageBroker;
  /** Makes `broker` miss messages for a moment; absent where none can be missed. */
  readonly interrupt?: () => Promise<void>;
}

export interface MessageBrokerContract {
  readonly create: () => Promise<MessageBrokerSetup>;
}

/** Every sentence of the contract in the docblock of `MessageBroker`. */
export function messageBrokerContract(runner: Runner, { create }: MessageBrokerContract): void {
  const it = withSetup(runner, create);

  runner.describe('MessageBroker contract', () => {
    it('delivers what is published after subscribe resolved, from here and from a peer', async ({
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

    it('does not call a listener on the stack of the publisher', async ({ broker }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      const handedOver = broker.publish('a', '1');
      assert.equal(inbox.items.length, 0);
      await handedOver;
      await inbox.untilCount(1);
    });

    it('keeps channels apart, names that contain one another included', async ({ broker, peer = broker }) => {
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

    it('keeps nothing for who subscribes later', async ({ broker, peer = broker }) => {
      await peer.publish('a', 'early');
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      await peer.publish('a', 'late');
      await inbox.until('late', (items) => items.includes('late'));
      assert.deepEqual(inbox.items, ['late']);
    });

    it('lets several listeners of a channel live and go independently', async ({ broker, peer = broker }) => {
      const [first, second] = [new Inbox(), new Inbox()];
      const hold = await broker.subscribe('a', first.listener);
      await broker.subscribe('a', second.listener);
      await peer.publish('a', '1');
      await Promise.all([first.untilCount(1), second.untilCount(1)]);
      await hold.close();
      await hold.close();
      await peer.publish('a', '2');
      await second.untilCount(2);
      assert.deepEqual([first.items, second.items], [['1'], ['1', '2']]);
    });

    it('does not call a listener once its close returned, a message on its way or not', async ({ broker }) => {
      const [gone, control] = [new Inbox(), new Inbox()];
      const hold = await broker.subscribe('a', gone.listener);
      await broker.subscribe('a', control.listener);
      const published = broker.publish('a', '1');
      await hold.close();
      const seen = gone.items.length;
      await published;
      await control.untilCount(1);
      assert.equal(gone.items.length, seen);
    });

    it('can be subscribed to again after the last listener left', async ({ broker, peer = broker }) => {
      const inbox = new Inbox();
      for (let round = 1; round <= 20; round++) {
        const hold = await broker.subscribe('a', inbox.listener);
        await peer.publish('a', `${round}`);
        await inbox.untilCount(round);
        await hold.close();
      }
      assert.deepEqual(
        inbox.items,
        Array.from({ length: 20 }, (_, i) => `${i + 1}`),
      );
    });

    it('holds a channel while one leaves and another comes at the same time', async ({ broker, peer = broker }) => {
      const inbox = new Inbox();
      const first = await broker.subscribe('a', () => undefined);
      await Promise.all([first.close(), broker.subscribe('a', inbox.listener)]);
      await peer.publish('a', '1');
      await inbox.untilCount(1);
    });

    it('keeps the order of one publisher, awaited or not', async ({ broker, peer = broker }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', inbox.listener);
      const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
      await Promise.all(texts.map((text) => peer.publish('a', text)));
      await inbox.untilCount(500);
      assert.deepEqual(inbox.items, texts);
    });

    it('keeps the order for every listener when one of them publishes', async ({ broker }) => {
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

    it('delivers to the others when a listener throws, and goes on', async ({ broker, peer = broker }) => {
      const inbox = new Inbox();
      await broker.subscribe('a', () => {
        throw new Error('of the listener');
      });
      await broker.subscribe('a', inbox.listener);
      await peer.publish('a', '1');
      await peer.publish('a', '2');
      await inbox.untilCount(2);
      assert.deepEqual(inbox.items, ['1', '2']);
    });

    it('carries text as it is', async ({ broker, peer = broker }) => {
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

    it('tells of interruptions until the listener is taken away', async ({ broker, interrupt }) => {
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
