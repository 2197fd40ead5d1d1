import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 5000;

/** @internal Collects the messages of a listener and waits for a condition instead of a fixed time. */
export class Inbox<T = string> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  readonly listener = (item: T): void => {
    this.items.push(item);
    for (const wake of this.#waiting) wake();
  };

  /** Resolves as soon as the condition holds. It rejects at the deadline. */
  async until(description: string, condition: (items: readonly T[]) => boolean): Promise<void> {
    const deadline = new AbortController();
    const timeout = delay(DEADLINE_MS, true, { signal: deadline.signal }).catch(() => true);
    try {
      while (!condition(this.items)) {
        let wake = (): void => undefined;
        const woken = new Promise<false>((resolve) => {
          wake = () => resolve(false);
          this.#waiting.add(wake);
        });
        const timedOut = await Promise.race([woken, timeout]);
        this.#waiting.delete(wake);
        if (timedOut)
          throw new Error(`Timed out after ${DEADLINE_MS} ms: ${description}. Received: ${JSON.stringify(this.items)}`);
      }
    } finally {
      deadline.abort();
    }
  }

  untilCount(count: number): Promise<void> {
    return this.until(`${count} messages`, (items) => items.length >= count);
  }
}
