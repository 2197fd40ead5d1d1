import type { Readable } from 'node:stream';

/**
 * Reads a body up to a limit. Own code instead of a framework's parser, so that both frameworks give the same answers to
 * the same bytes, and a body is parsed once (T-32).
 *
 * @param done called once; never for a client that goes away in the middle
 */
export function collectBody(stream: Readable, limit: number, done: (body: Buffer | 'too-large') => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
      return;
    }
    stream.off('data', onData);
    stream.off('end', onEnd);
    // Not read any further: the answer closes the connection.
    stream.pause();
    done('too-large');
  };
  const onEnd = () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  stream.on('data', onData);
  stream.on('end', onEnd);
  stream.on('error', () => {});
}
