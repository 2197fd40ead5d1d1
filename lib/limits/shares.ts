/** How much each client has of something, for those who have any. */
export class Shares {
  readonly #byClient = new Map<string, number>();

  /** Clients who have any. */
  get size(): number {
    return this.#byClient.size;
  }

  /** What the client has who has the most. */
  get largest(): number {
    let largest = 0;
    for (const share of this.#byClient.values()) largest = Math.max(largest, share);
    return largest;
  }

  of(client: string): number {
    return this.#byClient.get(client) ?? 0;
  }

  /** @param amount negative for less */
  add(client: string, amount: number): void {
    const share = this.of(client) + amount;
    if (share > 0) this.#byClient.set(client, share);
    else this.#byClient.delete(client);
  }
}
