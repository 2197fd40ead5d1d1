import type { ServerResponse } from 'node:http';
import type { ByteAccount } from '../../../limits/byte-budget.js';

export interface UnreadOwner {
  /** Called when there is no room for what is unread. */
  unreadRefused(): void;
}

/** Counts what a client leaves unread on one event stream. A client that reads costs nothing here. */
export class UnreadBytes {
  #isMeasuring = false;
  #isCounted = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly account: ByteAccount,
    private readonly owner: UnreadOwner,
  ) {}

  /**
   * Counts what is unread in the next turn of the event loop: Node offers the kernel everything that was written in this
   * one together.
   */
  measure(): void {
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    setImmediate(() => {
      this.#isMeasuring = false;
      const { writableLength } = this.response;
      if (writableLength === 0 || this.response.destroyed) return;
      if (this.account.resize(writableLength) !== undefined) return this.owner.unreadRefused();
      if (this.#isCounted) return;
      this.#isCounted = true;
      this.response.on('drain', () => this.account.resize(0));
      this.response.once('close', () => this.account.close());
    });
  }
}
