import { Shares } from './shares.js';

/** Why bytes were not granted: the owner's share is used up, or the whole budget is. */
export type BudgetRefusal = 'share' | 'total';

export interface ByteBudgetOptions {
  /** Bytes held for all owners together. */
  readonly totalBytes: number;
  /** Bytes held for one owner. */
  readonly shareBytes: number;
}

/**
 * Counts the bytes that this instance holds for its clients, in total and per owner. Limits on the number of things
 * bound nothing by themselves: a thousand requests of 4 MiB each are 4 GiB. Every place that keeps bytes of a client
 * takes them from here first, and gives them back when it lets go of them.
 */
export class ByteBudget {
  readonly #totalBytes: number;
  readonly #shareBytes: number;
  readonly #shares = new Shares();
  #held = 0;
  #unread = 0;

  constructor({ totalBytes, shareBytes }: ByteBudgetOptions) {
    this.#totalBytes = totalBytes;
    this.#shareBytes = shareBytes;
  }

  /** Bytes held just now. */
  get held(): number {
    return this.#held;
  }

  /** The part of them that is answers which were written and are not read yet. */
  get unread(): number {
    return this.#unread;
  }

  /** Bytes held for the owner that has the most. */
  get largestShare(): number {
    return this.#shares.largest;
  }

  /** Bytes held for one owner. */
  of(owner: string): number {
    return this.#shares.of(owner);
  }

  /** Owners for whom something is held. */
  get owners(): number {
    return this.#shares.size;
  }

  /** Opens an account, which holds nothing yet. @param owner a principal's id, or the address of an anonymous client */
  open(owner: string): ByteAccount {
    return new ByteAccount(this, owner);
  }

  /**
   * @internal
   * @param own what the owner, or all owners together, may hold already without being refused, whatever is taken
   * @returns why not, or `undefined` when the bytes are held now
   */
  take(owner: string, bytes: number, own = -1): BudgetRefusal | undefined {
    const held = this.#shares.of(owner);
    if (held > own && held + bytes > this.#shareBytes) return 'share';
    if (this.#held > own && this.#held + bytes > this.#totalBytes) return 'total';
    this.#shares.add(owner, bytes);
    this.#held += bytes;
    return undefined;
  }

  /** @internal */
  countUnread(bytes: number): void {
    this.#unread += bytes;
  }

  /** @internal */
  giveBack(owner: string, bytes: number): void {
    this.#shares.add(owner, -bytes);
    this.#held -= bytes;
  }
}

/** What one request holds of a budget, given back as a whole. */
export class ByteAccount {
  #bytes = 0;
  #closed = false;

  constructor(
    private readonly budget: ByteBudget,
    private owner: string,
    private readonly isUnread = false,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Another account of the same owner, for what it has not read of its answer; it holds nothing yet. */
  sibling(): ByteAccount {
    return new ByteAccount(this.budget, this.owner, true);
  }

  /** Another account of the same owner, which holds from now on what this one holds. */
  handOver(): ByteAccount {
    const other = new ByteAccount(this.budget, this.owner, this.isUnread);
    other.#bytes = this.#bytes;
    this.#bytes = 0;
    return other;
  }

  /**
   * Holds the answer to the request of this account in an account of its own. An answer is never too large by itself:
   * it is refused only if something else is held.
   *
   * @returns why not, or the account
   */
  openAnswer(bytes: number): ByteAccount | BudgetRefusal {
    const refusal = this.budget.take(this.owner, bytes, this.#bytes);
    if (refusal !== undefined) return refusal;
    const answer = this.sibling();
    answer.#bytes = bytes;
    this.budget.countUnread(bytes);
    return answer;
  }

  /** Holds more bytes. @returns why not, or `undefined` when they are held now */
  grow(bytes: number): BudgetRefusal | undefined {
    if (this.#closed || bytes === 0) return undefined;
    const refusal = this.budget.take(this.owner, bytes);
    if (refusal !== undefined) return refusal;
    this.#bytes += bytes;
    if (this.isUnread) this.budget.countUnread(bytes);
    return undefined;
  }

  /** Holds this many bytes from now on. @returns why not, or `undefined` when they are held now */
  resize(bytes: number): BudgetRefusal | undefined {
    if (bytes > this.#bytes) return this.grow(bytes - this.#bytes);
    this.shrink(this.#bytes - bytes);
    return undefined;
  }

  /** Gives back part of what is held. */
  shrink(bytes: number): void {
    const given = Math.min(bytes, this.#bytes);
    if (this.#closed || given <= 0) return;
    this.#bytes -= given;
    if (this.isUnread) this.budget.countUnread(-given);
    this.budget.giveBack(this.owner, given);
  }

  /** Charges another owner from now on. @returns why not, or `undefined` when the bytes are held for that owner */
  moveTo(owner: string): BudgetRefusal | undefined {
    if (this.#closed || owner === this.owner) return undefined;
    this.budget.giveBack(this.owner, this.#bytes);
    const refusal = this.budget.take(owner, this.#bytes);
    if (refusal === undefined) this.owner = owner;
    else this.#bytes = 0;
    return refusal;
  }

  /** Gives everything back. Further calls, also of `grow()`, have no effect. */
  close(): void {
    this.shrink(this.#bytes);
    this.#closed = true;
  }
}
