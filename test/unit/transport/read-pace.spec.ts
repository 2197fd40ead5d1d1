import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ReadPace } from '../../../lib/transport/http/read-pace.js';

const CHUNK = Buffer.alloc(64 * 1024);

/** A stream that always has another chunk, as a connection that is sent faster than it is read. */
function endless(pace: ReadPace, size: number): { readonly stream: Readable; readonly bytes: () => number } {
  const chunk = CHUNK.subarray(0, size);
  const stream = new Readable({ highWaterMark: 1, read: () => stream.push(chunk) });
  let bytes = 0;
  stream.on('data', ({ length }: Buffer) => {
    bytes += length;
    pace.took(stream, length);
    // Small chunks would go on for ever in one turn.
    if (bytes >= 8 * 1024 * 1024) stream.destroy();
  });
  return { stream, bytes: () => bytes };
}

describe('ReadPace', () => {
  it('lets large bodies of many connections bring about a megabyte in one turn, and all of them go on', async () => {
    const pace = new ReadPace();
    const streams = Array.from({ length: 100 }, () => endless(pace, CHUNK.length));
    let before = 0;
    for (let turn = 0; turn < 50; turn++) {
      await nextTurn();
      const all = streams.reduce((sum, { bytes }) => sum + bytes(), 0);
      // One more chunk of each stream that was not paused yet.
      expect(all - before).toBeLessThanOrEqual(1024 * 1024 + 100 * CHUNK.length);
      before = all;
    }
    expect(Math.min(...streams.map(({ bytes }) => bytes()))).toBeGreaterThan(2 * CHUNK.length);
    for (const { stream } of streams) stream.destroy();
  });

  it('does not count small chunks, and forgets streams that were destroyed', async () => {
    const pace = new ReadPace();
    const small = endless(pace, 1000);
    const [gone, other] = [endless(pace, CHUNK.length), endless(pace, CHUNK.length)];
    await nextTurn();
    gone.stream.destroy();
    while (!other.stream.destroyed || !small.stream.destroyed) await nextTurn();
    expect(other.bytes()).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(small.bytes()).toBeGreaterThanOrEqual(8 * 1024 * 1024);
  });
});
