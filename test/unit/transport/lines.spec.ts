import fc from 'fast-check';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { readLines } from '../../../lib/transport/stdio/line-reader.js';
import { LineWriter } from '../../../lib/transport/stdio/line-writer.js';

const LIMIT = 12;

/** The lines that readLines() reports for these chunks. */
async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const input = new PassThrough();
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => {
    readLines(input, LIMIT, (line) => lines.push(line === 'too-large' ? line : line.toString('latin1')), resolve);
  });
  for (const chunk of chunks) input.write(chunk);
  input.end();
  await ended;
  return lines;
}

/** The expected lines, computed without streams. */
const expected = (bytes: Buffer): string[] =>
  bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => line.length > LIMIT || /[^\0- ]/.test(line))
    .map((line) => (line.length > LIMIT ? 'too-large' : line));

describe('readLines', () => {
  it('readLines() finds the same lines for any chunks of the same bytes', async () => {
    const byte = fc.oneof(fc.constantFrom(10, 13, 32), fc.integer({ min: 0, max: 255 }));
    const chunk = fc.array(byte, { minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), async (chunks) => {
        expect(await linesOf(chunks)).toEqual(expected(Buffer.concat(chunks)));
      }),
    );
  });

  it('readLines() reports the end of a destroyed input once', async () => {
    const input = new PassThrough();
    const onEnd = vi.fn();
    readLines(input, LIMIT, () => {}, onEnd);
    input.destroy(new Error('EIO'));
    await new Promise((resolve) => input.once('close', resolve));
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
});

/** A client that reads only when the test calls read(). */
class SlowReader extends Writable {
  readonly taken: string[] = [];
  #waiting: (() => void)[] = [];
  constructor() {
    super({ highWaterMark: 20, decodeStrings: false });
  }
  override _write(text: string, _encoding: string, done: () => void): void {
    this.taken.push(text);
    this.#waiting.push(done);
  }
  /** Reads until nothing is left. */
  async read(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (const done of this.#waiting.splice(0)) done();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('LineWriter', () => {
  it('LineWriter pauses its input while the client does not read and resumes it afterwards', async () => {
    const output = new SlowReader();
    const input = new PassThrough();
    input.resume();
    const writer = new LineWriter(output, input);
    for (let i = 0; i < 100; i++) writer.write(`line ${i}`);
    expect(input.isPaused()).toBe(true);
    // There is one listener, not one for each line.
    expect(output.listenerCount('drain')).toBe(1);
    await output.read();
    expect(input.isPaused()).toBe(false);
    expect(output.taken.filter((line) => line !== '').join('')).toBe(
      Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(''),
    );
  });

  it('LineWriter.flush() resolves when all lines are written or the output is destroyed', async () => {
    const output = new SlowReader();
    const writer = new LineWriter(output, new PassThrough());
    writer.write('first');
    let flushed = false;
    const flush = writer.flush().then(() => (flushed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(flushed).toBe(false);
    await output.read();
    await flush;

    const again = writer.flush();
    output.destroy();
    await again;
    await writer.flush();
    writer.write('into the void');
  });
});
