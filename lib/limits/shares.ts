/** Clients who are remembered although they have nothing just now. */
const FEW = 64;

interface Share {
  amount: number;
}

/** How much each client has of something. */
export class Shares {
  /**
   * Also of some who have nothing: whoever calls once after the other would otherwise be forgotten and met again each time,
   * and a `Map` is laid out anew after a few removals.
   */
  readonly #byClient = new Map<string, Share>();
  #size = 0;
  #sweepAt = FEW;

  /** Clients who have any. */
  get size(): number {
    return this.#size;
  }

  /** Clients who are remembered: a few, or at most twice as many as have any at a time. */
  get remembered(): number {
    return this.#byClient.size;
  }

  /** What the client has who has the most. */
  get largest(): number {
    let largest = 0;
    for (const { amount } of this.#byClient.values()) largest = Math.max(largest, amount);
    return largest;
  }

  of(client: string): number {
    return this.#byClient.get(client)?.amount ?? 0;
  }

  /** @param amount negative for less */
  add(client: string, amount: number): void {
    const share = this.#byClient.get(client) ?? this.#meet(client);
    const before = share.amount;
    share.amount = Math.max(0, before + amount);
    if (before === 0 && share.amount > 0) this.#size++;
    else if (before > 0 && share.amount === 0) this.#size--;
  }

  #meet(client: string): Share {
    if (this.#byClient.size >= this.#sweepAt) this.#forget();
    const share = { amount: 0 };
    this.#byClient.set(client, share);
    return share;
  }

  /** So late that each client costs no more than a part of it. */
  #forget(): void {
    for (const [client, { amount }] of this.#byClient) if (amount === 0) this.#byClient.delete(client);
    this.#sweepAt = Math.max(FEW, 2 * this.#byClient.size);
  }
}
