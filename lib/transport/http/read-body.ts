import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { BudgetRefusal, ByteAccount } from '../../limits/byte-budget.js';
import { READ_PACE } from './read-pace.js';
import { areTooSmall } from './tiny-chunks.js';

/** Why a body was not read to its end. */
export type BodyRefusal = 'too-large' | 'chunks-too-small' | 'aborted' | BudgetRefusal;

/** The first buffer that a body in several pieces is copied into, bytes. */
const FIRST_BYTES = 16 * 1024;

/**
 * Reads a body up to a limit. A body costs about its own size, whatever its chunks look like: more than one chunk are
 * copied into one buffer, which grows by doubling. The bytes are taken from the account before they are kept.
 *
 * Own code instead of a framework's parser, so that both frameworks give the same answers to the same bytes, and a body
 * is parsed once (T-32).
 *
 * @returns the body, or why there is none; `aborted` when the client left in the middle
 */
export function readBody(stream: Readable, limit: number, account: ByteAccount): Promise<Buffer | BodyRefusal> {
  return new Promise((resolve) => {
    let first: Buffer | undefined;
    let buffer: Buffer | undefined;
    let size = 0;
    let chunks = 0;

    const stop = (outcome: Buffer | BodyRefusal): void => {
      stream.off('data', take);
      stream.off('end', end);
      stream.off('close', abort);
      resolve(outcome);
    };
    const abort = (): void => stop('aborted');
    const end = (): void => stop(buffer?.subarray(0, size) ?? first ?? Buffer.alloc(0));
    const keep = (chunk: Buffer): BudgetRefusal | undefined => {
      if (size === 0) {
        first = chunk;
        return account.grow(chunk.length);
      }
      const needed = size + chunk.length;
      if (!buffer || buffer.length < needed) {
        const capacity = Math.min(limit, Math.max(FIRST_BYTES, 2 * needed));
        const refusal = account.grow(capacity - (buffer?.length ?? size));
        if (refusal !== undefined) return refusal;
        const grown = Buffer.allocUnsafe(capacity);
        (buffer ?? first!).copy(grown, 0, 0, size);
        buffer = grown;
        first = undefined;
      }
      chunk.copy(buffer, size);
      return undefined;
    };
    const take = (chunk: Buffer): void => {
      if (size + chunk.length > limit) return stop('too-large');
      if (areTooSmall(++chunks, size + chunk.length)) return stop('chunks-too-small');
      const refusal = keep(chunk);
      if (refusal !== undefined) return stop(refusal);
      size += chunk.length;
      READ_PACE.took(stream, chunk.length);
    };
    stream.on('data', take);
    stream.on('end', end);
    stream.on('close', abort);
    // A client that leaves in the middle is reported as an error, too.
    stream.on('error', ignore);
    if (stream.readableEnded) end();
    else if (stream.destroyed) abort();
  });
}

/** Not made where it is used: it would hold the body, which is dropped once it is parsed. */
const ignore = (): void => {};

/** Bytes that are read and thrown away after a refusal, so that the client sees the answer instead of a reset. */
const DISCARD_BYTES = 4 * 1024 * 1024;
/** How long that may take, ms. */
const DISCARD_MS = 5000;

/** Reads and drops what is left of a body that was refused, up to a bound; beyond it the connection ends. */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  let chunks = 0;
  const cut = (): void => void request.socket.destroy();
  const timer = setTimeout(cut, DISCARD_MS).unref();
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > DISCARD_BYTES || areTooSmall(++chunks, bytes)) cut();
    else READ_PACE.took(request, chunk.length);
  };
  request.on('data', count);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.on('error', ignore);
  request.resume();
}
