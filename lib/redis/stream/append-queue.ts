import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/** One message on its way into a stream. */
export interface Item {
  readonly data: string;
  readonly final: boolean;
}

interface Waiting<R> extends Item {
  readonly resolve: (outcome: R) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendQueueOptions<T, R> {
  /** Sends some messages of one stream, in order; called again with the same counter until it is known what became of them. */
  readonly send: (target: T, items: readonly Item[], counter: number) => Promise<R[]>;
  /** How long it is tried. */
  readonly patienceMs: number;
  /** Messages of one call, and characters. */
  readonly maxItems?: number;
  readonly maxCharacters?: number;
  /** Messages that wait, of all streams together, and their characters. */
  readonly maxWaiting?: number;
  readonly maxWaitingCharacters?: number;
}

const RETRY_MS = 100;

/**
 * One call in flight per stream, numbered by one counter: Redis then tells a repetition from a new message by comparing
 * two numbers, and no message can overtake another (§5.3). What a producer says meanwhile goes out
 * together with the next call, which is where the throughput comes from.
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

  /** @throws {BackendUnavailableError} when it was tried for long enough; whether it was stored is not known then */
  append(queueName: string, target: T, item: Item): Promise<R> {
    const { maxWaiting, maxWaitingCharacters } = this.#options;
    if (this.#waiting >= maxWaiting || this.#characters >= maxWaitingCharacters) {
      return Promise.reject(new BackendUnavailableError('Too many messages wait for Redis.'));
    }
    this.#waiting++;
    this.#characters += item.data.length;
    return new Promise((resolve, reject) => {
      const waiting = { ...item, resolve, reject };
      const running = this.#queues.get(queueName);
      if (running) return void running.push(waiting);
      this.#queues.set(queueName, [waiting]);
      // What one tick produces goes out in one call.
      queueMicrotask(() => void this.#work(queueName, target));
    });
  }

  /** Gives up what has not got through. */
  close(): void {
    this.#closing.abort();
  }

  async #work(queueName: string, target: T): Promise<void> {
    const queue = this.#queues.get(queueName)!;
    while (queue.length > 0) {
      const items = queue.splice(0, this.#fitting(queue));
      try {
        const outcomes = await this.#persist(target, items);
        items.forEach(({ resolve }, i) => resolve(outcomes[i]!));
      } catch (error) {
        for (const { reject } of items) reject(error);
      }
      this.#waiting -= items.length;
      for (const { data } of items) this.#characters -= data.length;
    }
    this.#queues.delete(queueName);
  }

  #fitting(queue: readonly Item[]): number {
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

  async #persist(target: T, items: readonly Item[]): Promise<R[]> {
    const counter = ++this.#counter;
    const deadline = performance.now() + this.#options.patienceMs;
    for (;;) {
      try {
        return await this.#options.send(target, items, counter);
      } catch (error) {
        const goOn =
          error instanceof BackendUnavailableError && performance.now() < deadline && !this.#closing.signal.aborted;
        if (!goOn) throw error;
        await pause(RETRY_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }
}
