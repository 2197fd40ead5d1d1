/** So many at a time: as fast as a backend answers, and no flood of calls that wait for it. */
const CONCURRENCY = 256;

/** Does something for each of what is walked, many at a time. Rejects with the first failure, and walks no further then. */
export function forEachConcurrent<T>(items: AsyncIterable<T>, step: (item: T) => Promise<void>): Promise<void> {
  // One iterator for all lanes, whatever kind of iterable it is; leaving it early ends it for the others.
  const walk = (async function* () {
    yield* items;
  })();
  return new Promise((resolve, reject) => {
    let opened = 0;
    let running = 0;
    const open = (): void => {
      opened++;
      running++;
      const left = (): void => void (--running === 0 && resolve());
      queue().then(left, reject);
    };
    // Each opens the next one only when there was something to do for it.
    const queue = async (): Promise<void> => {
      let isFirst = true;
      for await (const item of walk) {
        if (isFirst && opened < CONCURRENCY) open();
        isFirst = false;
        await step(item);
      }
    };
    open();
  });
}
