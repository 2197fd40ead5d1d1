/** What this process keeps after a full collection, bytes. It needs `--expose-gc`. */
export function memory() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { rss, heapUsed: heap } = process.memoryUsage();
  return { rss, heap };
}
