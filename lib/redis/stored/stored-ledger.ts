import { ANONYMOUS } from '../../session/principal.js';
import type { SessionKey } from '../../session/session-record.js';
import { StorageLimitError } from '../../session/storage-limit.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { RedisKeys } from '../keys.js';
import { KnownShares } from './known-shares.js';

export interface StoredLedgerOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** Bytes stored for all clients of the fleet together. */
  readonly totalBytes: number;
  /** Bytes stored for one client. */
  readonly shareBytes: number;
}

/** What is stored under one name, as far as the account is concerned. */
export interface Amount {
  /** Whose share it counts for; '' if this instance does not know. */
  readonly client: string;
  readonly bytes: number;
  /** By the clock of Redis, ms: an older amount does not replace a newer one. */
  readonly at: number;
  /** When what it counts expires, ms from now. */
  readonly ttlMs: number;
}

/** Time in which changes of the same item are reported together, ms. */
const REPORT_MS = 200;
/** Age at which a figure is read again before something new is refused or admitted, ms. */
const FRESH_MS = 1000;
/** Items of one report: a longer script would delay everybody else. */
const MAX_ITEMS = 500;
/** Items that wait while Redis is unavailable. Those that are dropped are counted with their next change. */
const MAX_WAITING = 20_000;

/**
 * The account of what a fleet stores in Redis. Scripts tell the amounts of what they store, and this instance reports
 * them a moment later, many together, so that no message waits for the account. What this instance has stored since the
 * last report is added to the figures that it knows.
 */
export class StoredLedger {
  readonly #options: StoredLedgerOptions;
  readonly #keys: readonly string[];
  readonly #known = new KnownShares();
  /** By the id of a session or task. */
  readonly #clients = new Map<string, string>();
  readonly #asked = new Set<string>();
  #items = new Map<string, Amount>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: StoredLedgerOptions) {
    this.#options = options;
    this.#keys = options.keys.stored;
  }

  /** Bytes stored for all clients, as of the last report or look of this instance; each look causes another one. */
  get held(): number {
    this.#refresh();
    return this.#known.total;
  }

  /** The same for the client that has the most. */
  get largestShare(): number {
    return this.#known.largest;
  }

  /** Takes notice of what is stored under a name now. */
  note(item: string, amount: Amount): void {
    const waiting = this.#items.get(item);
    if (waiting && waiting.at > amount.at && amount.bytes > 0) return;
    this.#items.set(item, waiting && amount.client === '' ? merged(waiting, amount) : amount);
    if (this.#items.size > MAX_WAITING) this.#items.delete(this.#items.keys().next().value!);
    this.#schedule();
  }

  /** Takes notice that nothing is stored under a name any more. */
  gone(item: string): void {
    this.note(item, { client: '', bytes: 0, at: 0, ttlMs: 0 });
  }

  /** Takes notice that what is stored under a name expires earlier than it would have. */
  shorten(item: string, ttlMs: number): void {
    this.note(item, { client: '', bytes: -1, at: 0, ttlMs });
  }

  /** Counts bytes that are being stored until a report of this or another instance includes them. */
  charge(client: string, bytes: number): void {
    this.#known.charge(client, bytes);
  }

  /** Why so many more bytes have no room, as far as is known here. Never waits. */
  refusal(client: string | undefined, bytes: number): 'share' | 'total' | undefined {
    const { shareBytes, totalBytes } = this.#options;
    if (client !== undefined && !this.#known.isFresh(client, FRESH_MS)) {
      this.#asked.add(client);
      this.#schedule();
    }
    if (client !== undefined && this.#known.of(client) + bytes > shareBytes) return 'share';
    return this.#known.total + bytes > totalBytes ? 'total' : undefined;
  }

  /**
   * Admits something new by figures that are not older than a second, and refuses it by new ones only.
   *
   * @param makeRoom called once before a refusal, to forget what may be forgotten
   * @throws {StorageLimitError} if there is no room for it
   */
  async admit(client: string, bytes: number, makeRoom?: () => Promise<boolean>): Promise<void> {
    if (!this.#known.isFresh(client, FRESH_MS)) await this.#look(client);
    let refusal = this.refusal(client, bytes);
    const again = async (): Promise<void> => {
      await this.#look(client);
      refusal = this.refusal(client, bytes);
    };
    // What is known may lack what has just ended.
    if (refusal) await again();
    if (refusal && (await makeRoom?.())) await again();
    if (refusal) throw new StorageLimitError(refusal);
    this.charge(client, bytes);
  }

  /** Remembers whose share a session counts for, which the key of an anonymous client's session does not tell. */
  remember({ principal, id }: SessionKey, client: string): void {
    if (principal !== ANONYMOUS) return;
    this.#clients.delete(id);
    this.#clients.set(id, client);
    if (this.#clients.size > MAX_WAITING) this.#clients.delete(this.#clients.keys().next().value!);
  }

  /** Whose share a session or task counts for, if this instance knows. */
  clientOf({ principal, id }: SessionKey): string | undefined {
    return principal === ANONYMOUS ? this.#clients.get(id) : principal;
  }

  /** Reports what is waiting. For tests, which want to compare. */
  async settle(): Promise<void> {
    do await this.#report();
    while (this.#items.size > 0);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #look(client: string): Promise<void> {
    this.#asked.add(client);
    // A report that is on its way may have left before the question.
    await this.#running?.catch(() => undefined);
    await this.#report();
  }

  #refresh(): void {
    if (this.#known.ageMs > FRESH_MS) this.#schedule();
  }

  #schedule(delayMs = REPORT_MS): void {
    if (this.#timer || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // The connection itself reports that Redis is unavailable, and what was not reported waits.
      this.#report().catch(() => this.#schedule(5 * REPORT_MS));
    }, delayMs).unref();
  }

  #report(): Promise<void> {
    this.#running ??= this.#send().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #send(): Promise<void> {
    const items = [...this.#items].slice(0, MAX_ITEMS);
    for (const [item] of items) this.#items.delete(item);
    const asked = new Set([...this.#asked, ...this.#known.charged()]);
    this.#asked.clear();
    for (const [, { client }] of items) if (client !== '') asked.add(client);
    const clients = [...asked];
    const reported = this.#known.beginReport();
    const args = items.flatMap(([item, { client, bytes, at, ttlMs }]) => [item, client, bytes, at, ttlMs]);
    try {
      const { commands } = this.#options;
      const figures = await commands.run<string[]>('reportStored', this.#keys, [items.length, ...args, ...clients]);
      const [total, largest, ...shares] = figures.map(Number) as [number, number, ...number[]];
      reported({ total, largest, shares: clients.map((client, i) => [client, shares[i]!]) });
    } catch (error) {
      for (const [item, amount] of items) if (!this.#items.has(item)) this.#items.set(item, amount);
      throw error;
    }
    if (this.#items.size > 0) this.#schedule();
  }
}

/** What is to be reported of an item of which something is waiting already. */
const merged = (waiting: Amount, { client: _, ...later }: Amount): Amount =>
  later.bytes < 0 && waiting.bytes > 0
    ? { ...waiting, ttlMs: Math.min(waiting.ttlMs, later.ttlMs) }
    : { ...waiting, ...later };
