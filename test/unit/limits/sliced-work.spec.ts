import { describe, expect, it } from 'vitest';
import { SlicedWork } from '../../../lib/limits/sliced-work.js';

const STEP_MS = 2;

/** Steps that each take some time, and say that they were done. */
function* slow(steps: number, done: (step: number) => void): Iterable<void> {
  for (let step = 0; step < steps; step++) {
    const until = performance.now() + STEP_MS;
    while (performance.now() < until);
    yield done(step);
  }
}

describe('SlicedWork', () => {
  it('SlicedWork lets other work run between the steps of one job', async () => {
    const work = new SlicedWork();
    let last = -1;
    let interruptions = 0;
    const interrupt = (): void => {
      if (last === 99) return;
      interruptions++;
      setImmediate(interrupt);
    };
    work.addParts([100], (steps) => slow(steps, (step) => (last = step)));
    setImmediate(interrupt);
    await expect.poll(() => last, { timeout: 5000 }).toBe(99);
    // 200 ms of work, of which no more than some 10 ms are done at a time.
    expect(interruptions).toBeGreaterThan(5);
  });

  it('SlicedWork does its jobs one after the other', async () => {
    const work = new SlicedWork();
    const done: string[] = [];
    work.addParts([10], (steps) => slow(steps, (step) => done.push(`a${step}`)));
    work.add([0, 1], (step) => void done.push(`b${step}`));
    await expect.poll(() => done.length).toBe(12);
    expect(done.slice(9)).toEqual(['a9', 'b0', 'b1']);
  });
});
