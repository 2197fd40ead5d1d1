import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafeSlow(3600);
let taken = pool.length;

/**
 * Random bytes for an id, of a pool that is filled as a whole, because to ask for a few takes several microseconds.
 *
 * @param count far less than the pool has
 * @returns a view of the pool, to be written as text at once: it is filled again later
 */
export function takeRandomBytes(count: number): Buffer {
  if (taken + count > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  return pool.subarray(taken, (taken += count));
}
