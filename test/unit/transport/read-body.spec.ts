import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../lib/limits/byte-budget.js';
import { readBody } from '../../../lib/transport/http/read-body.js';

const MIB = 1024 * 1024;
const budgetOf = (totalBytes = 64 * MIB) => new ByteBudget({ totalBytes, shareBytes: totalBytes });

describe('readBody', () => {
  it('readBody returns the bytes that were sent, however they are cut into chunks', async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(chunks, async (sent) => {
        const stream = new PassThrough();
        const read = readBody(stream, MIB, budgetOf().open('a'));
        for (const chunk of sent) stream.write(chunk);
        stream.end();
        expect(Buffer.compare((await read) as Buffer, Buffer.concat(sent))).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('readBody holds about as many bytes as were sent when it comes in many small chunks', async () => {
    const account = budgetOf().open('a');
    const stream = new PassThrough({ highWaterMark: 16 });
    const read = readBody(stream, 4 * MIB, account);
    const size = 320_000;
    for (let i = 0; i < size; i += 32) {
      stream.write(Buffer.alloc(32, 'x'));
      if (i % 32_000 === 0) await new Promise(setImmediate);
    }
    stream.end();
    expect((await read) as Buffer).toHaveLength(size);
    expect(account.bytes).toBeLessThan(3 * size);
  });

  it('readBody refuses a body in many chunks of one byte', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, MIB, budgetOf().open('a'));
    for (let i = 0; i < 3000; i++) stream.write(Buffer.from([120]));
    expect(await read).toBe('chunks-too-small');
  });

  it('readBody refuses a body beyond the limit, and one that the budget has no room for', async () => {
    const large = new PassThrough();
    const refused = readBody(large, 1000, budgetOf().open('a'));
    large.write(Buffer.alloc(1001));
    expect(await refused).toBe('too-large');

    const budget = budgetOf(1000);
    budget.open('b').grow(900);
    const stream = new PassThrough();
    const read = readBody(stream, MIB, budget.open('b'));
    stream.write(Buffer.alloc(200));
    expect(await read).toBe('share');
  });

  it('readBody ends as aborted when the client leaves in the middle', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, MIB, budgetOf().open('a'));
    stream.write('half');
    stream.destroy();
    expect(await read).toBe('aborted');
  });
});
