import { setTimeout as pause } from 'node:timers/promises';
import { BackendFullError, BackendUnavailableError } from '../../session/backend-unavailable.js';

/** One message that is to be appended to a stream. */
export interface Item {
  readonly data: string;
  readonly final: boolean;
}

interface Waiting<R> extends Item {
  readonly resolve: (outcome: R) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendQueueOptions<T, R> {
  /** Sends messages of one stream in order. It is called again with the same counter until their outcome is known. */
  readonly send: (target: T, items: readonly Item[], counter: number) => Promise<R[]>;
  /** How long a call is retried, ms. */
  readonly patienceMs: number;
  /** Maximum number of messages in one call (64). */
  readonly maxItems?: number;
  /** Maximum number of characters in one call (256 Ki); a longer message has a call of its own. */
  readonly maxCharacters?: number;
  /** Maximum number of waiting messages of all streams (100 000). */
  readonly maxWaiting?: number;
  /** Maximum number of characters of all waiting messages (64 Mi). */
  readonly maxWaitingCharacters?: number;
}

const RETRY_MS = 100;
/** How long a call is retried while the backend has no room, ms: callers wait for it with their answers. */
const FULL_PATIENCE_MS = 2000;

/**
 * Queues the messages of each stream and sends them with one call at a time. Calls are numbered by one counter, so that
 * Redis distinguishes a repetition from a new call by comparing two numbers, and no message can overtake another
 * (§5.3). Messages that arrive while a call is in flight are sent together in the next call, for throughput.
 */
export class AppendQueue<T, R> {
  readonly #options: Required<AppendQueueOptions<T, R>>;
  readonly #queues = new Map<string, Waiting<R>[]>();
  readonly #closing = new AbortController();
  #counter = 0;
  #waiting = 0;
  #characters = 0;

  constructor(options: AppendQueueOptions<T, R>) {
    this.#options = {
      maxItems: 64,
      maxCharacters: 256 * 1024,
      maxWaiting: 100_000,
      maxWaitingCharacters: 64 * 1024 * 1024,
      ...options,
    };
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws {BackendUnavailableError} when the retries have not succeeded in time; the message may have been stored */
  append(queueName: string, target: T, item: Item): Promise<R> {
    const { maxWaiting, maxWaitingCharacters } = this.#options;
    if (this.#waiting >= maxWaiting || this.#characters >= maxWaitingCharacters) {
      return Promise.reject(new BackendUnavailableError('Too many messages are waiting for Redis.'));
    }
    this.#waiting++;
    this.#characters += item.data.length;
    return new Promise((resolve, reject) => {
      const waiting = { ...item, resolve, reject };
      const running = this.#queues.get(queueName);
      if (running) return void running.push(waiting);
      this.#queues.set(queueName, [waiting]);
      // All messages of one tick are sent in one call.
      queueMicrotask(() => void this.#drain(queueName, target));
    });
  }

  /** Stops retrying calls that have not succeeded. */
  close(): void {
    this.#closing.abort();
  }

  async #drain(queueName: string, target: T): Promise<void> {
    const queue = this.#queues.get(queueName)!;
    while (queue.length > 0) {
      const items = queue.splice(0, this.#batchSize(queue));
      try {
        const outcomes = await this.#sendWithRetries(target, items);
        items.forEach(({ resolve }, i) => resolve(outcomes[i]!));
      } catch (error) {
        for (const { reject } of items) reject(error);
      }
      this.#waiting -= items.length;
      for (const { data } of items) this.#characters -= data.length;
    }
    this.#queues.delete(queueName);
  }

  #batchSize(queue: readonly Item[]): number {
    const { maxItems, maxCharacters } = this.#options;
    let count = 0;
    let characters = 0;
    while (count < queue.length && count < maxItems) {
      characters += queue[count]!.data.length;
      if (count > 0 && characters > maxCharacters) break;
      count++;
    }
    return count;
  }

  #patienceFor(error: unknown): number {
    if (!(error instanceof BackendUnavailableError)) return 0;
    const { patienceMs } = this.#options;
    return error instanceof BackendFullError ? Math.min(patienceMs, FULL_PATIENCE_MS) : patienceMs;
  }

  async #sendWithRetries(target: T, items: readonly Item[]): Promise<R[]> {
    const counter = ++this.#counter;
    const begun = performance.now();
    for (;;) {
      try {
        return await this.#options.send(target, items, counter);
      } catch (error) {
        const waitedMs = performance.now() - begun;
        if (this.#closing.signal.aborted || waitedMs >= this.#patienceFor(error)) throw error;
        await pause(RETRY_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
