import { cpuMicros } from './orders.mjs';

/**
 * The child side of a measured server: reports its port to the parent, and on each request the CPU time and the memory it uses.
 * The CPU time covers all threads of the process, including garbage collection and compilation.
 */
export function announce(port) {
  process.on('message', () => process.send({ cpuMicros: cpuMicros(), rssBytes: process.memoryUsage.rss() }));
  process.on('disconnect', () => process.exit(0));
  process.send({ port });
}
