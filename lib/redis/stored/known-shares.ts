/** Clients whose figures an instance remembers. */
const MAX_CLIENTS = 10_000;

interface Figures {
  readonly total: number;
  readonly largest: number;
  readonly shares: readonly (readonly [client: string, bytes: number])[];
}

/** What one instance knows about the account: the figures of the last report, and what it has stored itself since. */
export class KnownShares {
  readonly #shares = new Map<string, { readonly bytes: number; readonly readAt: number }>();
  #since = new Map<string, number>();
  /** What was charged before a report that is on its way. */
  #before = new Map<string, number>();
  #sumSince = 0;
  #sumBefore = 0;
  #total = 0;
  #largest = 0;
  #readAt = Number.NEGATIVE_INFINITY;

  get total(): number {
    return this.#total + this.#sumSince + this.#sumBefore;
  }

  get largest(): number {
    return this.#largest;
  }

  /** How old the figures for all clients are, ms. */
  get ageMs(): number {
    return performance.now() - this.#readAt;
  }

  of(client: string): number {
    const known = this.#shares.get(client)?.bytes ?? 0;
    return known + (this.#since.get(client) ?? 0) + (this.#before.get(client) ?? 0);
  }

  isFresh(client: string, maxAgeMs: number): boolean {
    const share = this.#shares.get(client);
    return share !== undefined && performance.now() - share.readAt <= maxAgeMs;
  }

  charge(client: string, bytes: number): void {
    this.#since.set(client, (this.#since.get(client) ?? 0) + bytes);
    this.#sumSince += bytes;
  }

  /** The clients for which something was stored since the last report. */
  charged(): Iterable<string> {
    return this.#since.keys();
  }

  /** @returns what to call with the figures: they include what was charged until now */
  beginReport(): (figures: Figures) => void {
    for (const [client, bytes] of this.#since) this.#before.set(client, (this.#before.get(client) ?? 0) + bytes);
    this.#since = new Map();
    this.#sumBefore += this.#sumSince;
    this.#sumSince = 0;
    return ({ total, largest, shares }) => {
      this.#before = new Map();
      this.#sumBefore = 0;
      this.#total = total;
      this.#largest = largest;
      this.#readAt = performance.now();
      for (const [client, bytes] of shares) this.#set(client, bytes);
    };
  }

  #set(client: string, bytes: number): void {
    this.#shares.delete(client);
    this.#shares.set(client, { bytes, readAt: performance.now() });
    if (this.#shares.size > MAX_CLIENTS) this.#shares.delete(this.#shares.keys().next().value!);
  }
}
