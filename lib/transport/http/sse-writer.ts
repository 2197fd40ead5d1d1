import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Observable, Subscription } from 'rxjs';
import { commentFrame } from './sse-frame.js';

export interface SseOptions {
  /** Silence after which a comment is sent, in milliseconds. */
  readonly keepAliveMs: number;
  /** Bytes a client may leave unread before it is dropped. */
  readonly maxPendingBytes: number;
}

/** Why a stream is over: its frames ended, the client went away, it read too slowly, or the frames failed. */
export type SseEnd = 'completed' | 'disconnected' | 'overrun' | 'failed';

const HEADERS: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const KEEP_ALIVE = commentFrame('keep-alive');

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
    // Frames may complete while they are being subscribed.
    let subscription: Subscription | undefined;
    const write = (frame: string) => {
      if (end !== undefined) return;
      // Looked at before the write: one large message is no slow reader.
      if (response.writableLength > options.maxPendingBytes) return finish('overrun');
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
