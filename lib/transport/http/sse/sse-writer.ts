import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Observable, Subscription } from 'rxjs';
import { commentFrame } from './sse-frame.js';

export interface SseOptions {
  /** Silence after which a comment is sent, in milliseconds. */
  readonly keepAliveMs: number;
  /** Bytes a client may leave unread for more than some seconds. */
  readonly maxPendingBytes: number;
  /** The client can come back for the rest: it gets what was written already, and then the end. */
  readonly resumable?: boolean;
}

/** Why a stream is over: its frames ended, the client went away, it read too slowly, or the frames failed. */
export type SseEnd = 'completed' | 'disconnected' | 'overrun' | 'failed';

const HEADERS: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const KEEP_ALIVE = commentFrame('keep-alive');

/** How far a client may be behind for a moment: a burst is written in one go, and no client reads while it is. */
const BURST = 8;
/** How long it may be behind. */
const PATIENCE_MS = 5000;
/** How long a client that was too slow may take to read what was written to it already. */
const LINGER_MS = 30_000;

/**
 * Subscribes the frames of one stream and writes them to one response. A client that leaves more than `maxPendingBytes`
 * unread is cut off, so that it cannot fill the memory; what it missed is in the event log (F9).
 *
 * @returns how it ended; never rejects. The frames are unsubscribed by then.
 */
export function writeSse(
  response: ServerResponse,
  frames: Observable<string>,
  options: SseOptions,
  headers: OutgoingHttpHeaders = {},
): Promise<SseEnd> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve('disconnected');
    response.writeHead(200, { ...HEADERS, ...headers });
    response.flushHeaders();

    let end: SseEnd | undefined;
    let behindSince: number | undefined;
    // Frames may complete while they are being subscribed.
    let subscription: Subscription | undefined;
    /** Looked at before the write: one large message is no slow reader. */
    const isTooFarBehind = (): boolean => {
      const pending = response.writableLength / options.maxPendingBytes;
      if (pending <= 1) behindSince = undefined;
      else behindSince ??= performance.now();
      return pending > BURST || (behindSince !== undefined && performance.now() - behindSince > PATIENCE_MS);
    };
    const write = (frame: string) => {
      if (end !== undefined) return;
      if (isTooFarBehind()) return finish('overrun');
      response.write(frame);
      keepAlive.refresh();
    };
    const keepAlive = setInterval(() => write(KEEP_ALIVE), options.keepAliveMs).unref();
    const finish = (how: SseEnd) => {
      if (end !== undefined) return;
      end = how;
      clearInterval(keepAlive);
      response.off('close', disconnected);
      subscription?.unsubscribe();
      if (how === 'completed') response.end();
      else if (how === 'overrun' && options.resumable) endSlowly(response);
      else response.destroy();
      resolve(how);
    };
    const disconnected = () => finish('disconnected');
    response.on('close', disconnected);
    // A reset of the socket is reported as "close" too; without a listener the error would be unhandled.
    response.on('error', () => {});
    subscription = frames.subscribe({
      next: write,
      complete: () => finish('completed'),
      // Cut and not ended: the client must not take what it has for the whole. Uncaught it would end the process (T-57).
      error: () => finish('failed'),
    });
    if (end !== undefined) subscription.unsubscribe();
  });
}

/** Lets the client have what was written: were that thrown away, one that needs long for a message would never get it. */
function endSlowly(response: ServerResponse): void {
  const timer = setTimeout(() => response.destroy(), LINGER_MS).unref();
  response.once('close', () => clearTimeout(timer));
  response.end();
}
