import type { Readable } from 'node:stream';

/**
 * Reads a body up to a limit. Own code instead of a framework's parser, so that both frameworks give the same answers to
 * the same bytes, and a body is parsed once (T-32).
 *
 * What is beyond the limit is read and thrown away: a client that is still sending would not see the answer, and a body
 * parser behind this one would wait for the rest for ever. Node's `requestTimeout` bounds it.
 *
 * @param done called once, at the end of the body; never for a client that goes away in the middle
 */
export function readBody(stream: Readable, limit: number, done: (body: Buffer | 'too-large') => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks = [];
  });
  stream.on('end', () => {
    if (size > limit) done('too-large');
    else done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  });
  stream.on('error', () => {});
}
