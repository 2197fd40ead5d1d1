/** How long one slice may hold the event loop, ms. */
const SLICE_MS = 10;

/**
 * Does long work without holding the event loop: after a slice of some milliseconds everything else has its turn. Jobs
 * are done one after the other, in the order in which they were added.
 */
export class SlicedWork {
  readonly #jobs: Iterator<void>[] = [];
  #scheduled = false;

  /** Begins at once if nothing is waiting. @param job yields after each short step, and must not throw */
  add(job: Iterable<void>): void {
    this.#jobs.push(job[Symbol.iterator]());
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
