/** How long one slice may hold the event loop, ms. */
const SLICE_MS = 10;

interface Job<T> {
  readonly items: Iterator<T>;
  readonly step: (item: T) => void;
}

/**
 * Does something for each of many items without holding the event loop: after a slice of some milliseconds other work
 * has its turn. Jobs are done one after the other, in the order in which they were added.
 */
export class SlicedWork<T> {
  readonly #jobs: Job<T>[] = [];
  #scheduled = false;

  /** Begins at once if nothing is waiting. @param items as they are now; @param step must not throw */
  add(items: Iterable<T>, step: (item: T) => void): void {
    // A copy, because items may come and go between two slices.
    this.#jobs.push({ items: [...items][Symbol.iterator](), step });
    if (!this.#scheduled) this.#run();
  }

  #run(): void {
    this.#scheduled = false;
    const until = performance.now() + SLICE_MS;
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      for (let next = job.items.next(); !next.done; next = job.items.next()) {
        job.step(next.value);
        if (performance.now() < until) continue;
        this.#scheduled = true;
        setImmediate(() => this.#run());
        return;
      }
      this.#jobs.shift();
    }
  }
}
