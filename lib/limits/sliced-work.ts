/** How long one slice may hold the event loop, ms. */
const SLICE_MS = 10;

/**
 * Does long work without holding the event loop: after a slice of some milliseconds everything else has its turn. Jobs
 * are done one after the other, in the order in which they were added.
 */
export class SlicedWork {
  readonly #jobs: Iterator<void>[] = [];
  #scheduled = false;

  /** Begins at once if nothing is waiting. @param items as they are now; @param step must not throw */
  add<T>(items: Iterable<T>, step: (item: T) => void): void {
    this.#begin(eachOf([...items], step));
  }

  /** Like `add`, for items that may take long. @param parts yields between the parts of what is done for one item */
  addParts<T>(items: Iterable<T>, parts: (item: T) => Iterable<void>): void {
    this.#begin(partsOf([...items], parts));
  }

  #begin(job: Iterator<void>): void {
    this.#jobs.push(job);
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

// Both get a copy, because items may come and go between two slices.
function* eachOf<T>(items: readonly T[], step: (item: T) => void): Generator<void, void> {
  for (const item of items) {
    step(item);
    yield;
  }
}

function* partsOf<T>(items: readonly T[], parts: (item: T) => Iterable<void>): Generator<void, void> {
  for (const item of items) {
    yield* parts(item);
    yield;
  }
}
