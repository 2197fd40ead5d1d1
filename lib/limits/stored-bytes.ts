import type { BudgetRefusal } from './byte-budget.js';
import { Shares } from './shares.js';

export interface StoredBytesOptions {
  /** Bytes stored for all clients together. */
  readonly totalBytes: number;
  /** Bytes stored for one client. */
  readonly shareBytes: number;
}

/**
 * Counts what this process stores for its clients between two requests: sessions, histories, kept answers, tasks. It is
 * one account for all of them, because limits of each kind alone add up to more than a process has.
 */
export class StoredBytes {
  readonly #shares = new Shares();
  #held = 0;
  #makeRoom: (client: string, bytes: number) => void = () => {};

  constructor(private readonly options: StoredBytesOptions) {}

  /** Bytes stored just now. */
  get held(): number {
    return this.#held;
  }

  /** Bytes stored for the client that has the most. */
  get largestShare(): number {
    return this.#shares.largest;
  }

  /** @param makeRoom forgets what may be forgotten, until there is room for so many bytes or nothing is left */
  whenExceeded(makeRoom: (client: string, bytes: number) => void): void {
    this.#makeRoom = makeRoom;
  }

  /** Stores more, or less, whatever the limits are: for what exists already. */
  change(client: string, bytes: number): void {
    this.#shares.add(client, bytes);
    this.#held += bytes;
  }

  /** @returns why not, if there is no room even after what may be forgotten was forgotten */
  take(client: string, bytes: number): BudgetRefusal | undefined {
    if (this.excess(client, bytes) > 0) this.#makeRoom(client, bytes);
    if (this.ownExcess(client, bytes) > 0) return 'share';
    if (this.totalExcess(bytes) > 0) return 'total';
    this.change(client, bytes);
    return undefined;
  }

  /** By how many bytes a limit is exceeded, or would be; negative while there is room. */
  excess(client: string, more = 0): number {
    return Math.max(this.ownExcess(client, more), this.totalExcess(more));
  }

  private ownExcess(client: string, more = 0): number {
    return this.#shares.of(client) + more - this.options.shareBytes;
  }

  totalExcess(more = 0): number {
    return this.#held + more - this.options.totalBytes;
  }
}
