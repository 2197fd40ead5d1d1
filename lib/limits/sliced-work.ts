/** How long one slice may hold the event loop, ms. */
const SLICE_MS = 10;

/**
 * Does long work without holding the event loop: after a slice of some milliseconds everything else has its turn. Jobs
 * are done one after the other, in the order in which they were added.
 */
export class SlicedWork {
  readonly #jobs: Iterator<void>[] = [];
  #scheduled = false;

  /**
   * Begins at once if nothing is waiting.
   *
   * @param items as they are now
   * @param step does what is to be done for one item; long ones yield between their parts. It must not throw
   */
  add<T>(items: Iterable<T>, step: (item: T) => void | Iterable<void>): void {
    // A copy, because items may come and go between two slices.
    this.#jobs.push(stepsOf([...items], step));
    if (!this.#scheduled) this.#run();
  }

  #run(): void {
    this.#scheduled = false;
    const until = performance.now() + SLICE_MS;
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      while (job.next().done !== true) {
        if (performance.now() < until) continue;
        this.#scheduled = true;
        setImmediate(() => this.#run());
        return;
      }
      this.#jobs.shift();
    }
  }
}

function* stepsOf<T>(items: readonly T[], step: (item: T) => void | Iterable<void>): Generator<void, void> {
  for (const item of items) {
    const parts = step(item);
    if (parts) yield* parts;
    yield;
  }
}
