import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/**
 * Reads the body of a response until `signal` is aborted, and then throws its reason. That `fetch` has the signal is not
 * enough: in Node 20 and 22 it holds the response weakly, and an abort no longer reaches a body whose response garbage
 * collection took away. One that does not end would be waited for forever.
 */
export async function* bodyChunks({ body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!body) return;
  try {
    yield* Readable.fromWeb(body as ReadableStream<Uint8Array>, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
