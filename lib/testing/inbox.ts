import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 5000;

/** @internal Collects what a listener is called with, and waits for it by name instead of for a time. */
export class Inbox<T = string> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  readonly listener = (item: T): void => {
    this.items.push(item);
    for (const wake of this.#waiting) wake();
  };

  /** Resolves as soon as the condition holds. The deadline only bounds a failure. */
  async until(what: string, condition: (items: readonly T[]) => boolean): Promise<void> {
    const deadline = new AbortController();
    const late = delay(DEADLINE_MS, true, { signal: deadline.signal }).catch(() => true);
    try {
      while (!condition(this.items)) {
        let wake = (): void => undefined;
        const woken = new Promise<false>((resolve) => {
          wake = () => resolve(false);
          this.#waiting.add(wake);
        });
        const isLate = await Promise.race([woken, late]);
        this.#waiting.delete(wake);
        if (isLate) throw new Error(`Not within ${DEADLINE_MS} ms: ${what}. Until then: ${JSON.stringify(this.items)}`);
      }
    } finally {
      deadline.abort();
    }
  }

  untilCount(count: number): Promise<void> {
    return this.until(`${count} messages`, (items) => items.length >= count);
  }
}
