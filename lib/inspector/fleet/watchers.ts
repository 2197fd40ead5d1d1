/** More of them would come from a program that is not ours. */
const MAX_WATCHERS = 1000;

/** Who watches this instance, as far as it was told: each has said so lately, or is forgotten. */
export class Watchers {
  readonly #until = new Map<string, number>();

  /** @param now a clock that never jumps, ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  add(watcher: string, forMs: number): void {
    if (this.#until.size >= MAX_WATCHERS && !this.#until.has(watcher)) return;
    this.#until.set(watcher, this.now() + forMs);
  }

  remove(watcher: string): void {
    this.#until.delete(watcher);
  }

  get any(): boolean {
    const now = this.now();
    for (const [watcher, until] of this.#until) if (until <= now) this.#until.delete(watcher);
    return this.#until.size > 0;
  }
}
