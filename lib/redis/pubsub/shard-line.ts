import type { Redis } from 'ioredis';
import { SubscriberGate } from './subscriber-gate.js';

export interface ShardLineOwner {
  /** How long a subscription waits for the connection, ms. */
  readonly waitMs: number;
  message(channel: string, text: string): void;
  /** What was subscribed on a line is not any more, as its connection was lost, or a slot has moved to another node. */
  lost(): void;
}

/** The connection to one master of a cluster on which sharded channels are subscribed. */
export class ShardLine {
  readonly #client: Redis;
  readonly #gate: SubscriberGate;
  #epoch = 0;

  /** @param client a connection that retries forever and does not subscribe again by itself */
  constructor(client: Redis, owner: ShardLineOwner) {
    this.#client = client;
    this.#gate = new SubscriberGate(owner.waitMs);
    const lost = (): void => {
      this.#epoch++;
      owner.lost();
    };
    client.on('ready', () => this.#gate.open());
    client.on('close', () => {
      this.#gate.shut();
      lost();
    });
    // A node takes the subscriptions of a slot back that it gives to another one. ioredis 6 tells so, and ioredis 5 only
    // that it did not expect the message.
    client.on('moved', lost);
    client.on('error', (error: Error) => {
      if (error.message.startsWith('Command queue state error')) client.disconnect(true);
    });
    client.on('smessage', (channel: string, text: string) => owner.message(channel, text));
    client.connect().catch(() => undefined);
  }

  /** Grows whenever subscriptions are lost, so that it tells which of them are. */
  get epoch(): number {
    return this.#epoch;
  }

  /** @throws {BackendUnavailableError} when it is not connected in time */
  connected(): Promise<void> {
    return this.#gate.wait();
  }

  /** @throws the error of Redis, which is `MOVED` if another node serves the slot */
  async subscribe(channel: string): Promise<void> {
    await this.#client.ssubscribe(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#client.sunsubscribe(channel);
  }

  /** Replaces a connection that silently swallows what is sent (F7). */
  check(): void {
    if (this.#gate.isOpen) this.#client.ping().catch(() => this.#client.disconnect(true));
  }

  close(): void {
    this.#gate.close();
    this.#client.disconnect();
  }
}
