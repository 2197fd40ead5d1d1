import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import type { Instances } from './instances.js';
import { Liveness } from './liveness.js';
import { sendBatch } from './producer.js';
import type { Chance } from './random.js';
import { type ReaderMode, Reader } from './reader.js';
import { textOf } from './text.js';

const TIMEOUT_MS = 30_000;

/** A session, its reader, and the messages to it that were acknowledged. */
export interface LossClient {
  readonly session: string;
  readonly reader: Reader;
  readonly acked: string[];
}

/** Clients that receive messages in steps, so that it is known which of them must miss which messages. */
export class LossCrowd {
  readonly clients: LossClient[] = [];
  #sent = 0;

  constructor(
    private readonly fleet: Instances,
    private readonly chance: Chance,
    private readonly agent: Agent,
    private readonly mode: ReaderMode,
  ) {}

  /** Replaces ended sessions and opens new ones up to the count. */
  async fill(count: number): Promise<void> {
    const over = this.clients.filter(({ reader }) => reader.ended > 0);
    await this.disconnect(over);
    for (const client of over) this.clients.splice(this.clients.indexOf(client), 1);
    while (this.clients.length < count) {
      const { fleet, chance, mode } = this;
      const { id: session } = await LegacySession.open(chance.pick(fleet.ports));
      const reader = new Reader({ fleet, session, mode, chance, liveness: new Liveness() });
      reader.start();
      this.clients.push({ session, reader, acked: [] });
    }
  }

  /** Splits the clients at random into two parts that are not empty. */
  split(chance: Chance): [LossClient[], LossClient[]] {
    const shuffled = this.clients
      .map((client) => ({ client, at: chance.next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ client }) => client);
    const middle = Math.ceil(shuffled.length / 2);
    return [shuffled.slice(0, middle), shuffled.slice(middle)];
  }

  /** Sends until `count` texts are acknowledged; one of unknown outcome may arrive and is replaced by another text. */
  async send(clients: readonly LossClient[], count: number): Promise<void> {
    const { agent, chance, fleet } = this;
    await Promise.all(
      clients.map(async ({ session, acked }) => {
        for (const end = acked.length + count; acked.length < end;) {
          const text = textOf({ producer: 'p', n: this.#sent++ });
          const [outcome] = await sendBatch(agent, chance.pick(fleet.ports), { session, texts: [text] });
          if (outcome !== 'ok') await sleep(50);
          else acked.push(text);
        }
      }),
    );
  }

  /** Waits until each client has received its last acknowledged message. */
  async caughtUp(clients: readonly LossClient[]): Promise<void> {
    const behind = () =>
      clients.filter(({ reader, acked }) => {
        const last = reader.received.findLast((one) => one.kind === 'message');
        return last?.kind === 'message' && acked.length > 0 ? last.text !== acked.at(-1) : acked.length > 0;
      }).length;
    await vi.waitFor(() => expect(behind()).toBe(0), { timeout: TIMEOUT_MS, interval: 20 });
  }

  /** Waits until each client has learned that its session has ended. */
  async sessionsEnded(clients: readonly LossClient[]): Promise<void> {
    const open = () => clients.filter(({ reader }) => reader.ended === 0).length;
    await vi.waitFor(() => expect(open()).toBe(0), { timeout: TIMEOUT_MS, interval: 20 });
  }

  async disconnect(clients: readonly LossClient[]): Promise<void> {
    await Promise.all(clients.map(({ reader }) => reader.stop()));
  }

  /** Reconnects clients and waits until each has a cursor: messages sent from then on must reach them. */
  async reconnect(clients: readonly LossClient[]): Promise<void> {
    for (const { reader } of clients) reader.start();
    const reconnecting = () => clients.filter(({ reader }) => reader.cursor === undefined).length;
    await vi.waitFor(() => expect(reconnecting()).toBe(0), { timeout: TIMEOUT_MS, interval: 20 });
  }
}
