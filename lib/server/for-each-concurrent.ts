/** Bounds the calls that wait for a backend, without making the walk slower than the backend. */
const CONCURRENCY = 256;

/**
 * Runs a step for each item, many at a time. Rejects with the first failure, and starts no further steps after it.
 */
export function forEachConcurrent<T>(items: AsyncIterable<T>, step: (item: T) => Promise<void>): Promise<void> {
  // All workers share one iterator, whatever kind of iterable it is. A worker that fails ends it for the others.
  const shared = (async function* () {
    yield* items;
  })();
  return new Promise((resolve, reject) => {
    let started = 0;
    let running = 0;
    const startWorker = (): void => {
      started++;
      running++;
      const finish = (): void => void (--running === 0 && resolve());
      work().then(finish, reject);
    };
    // Each worker starts the next one only when it has got an item, so that a short list starts few workers.
    const work = async (): Promise<void> => {
      let isFirst = true;
      for await (const item of shared) {
        if (isFirst && started < CONCURRENCY) startWorker();
        isFirst = false;
        await step(item);
      }
    };
    startWorker();
  });
}
