import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Observable, Subscription } from 'rxjs';
import type { HttpContext } from '../http-context.js';
import type { ByteAccount } from '../../../limits/byte-budget.js';
import { SMALL_BYTES } from '../../../limits/turns.js';
import { cutStalledWrite } from '../stalled-writes.js';
import { commentEvent, type SseEvent } from './sse-event.js';
import { sseFrame } from './sse-frame.js';
import { UnreadBytes } from './unread-bytes.js';

export interface SseOptions {
  /** Time without any data after which a comment is sent, ms. */
  readonly keepAliveMs: number;
  /** Bytes that a client may leave unread for more than some seconds. */
  readonly maxPendingBytes: number;
  /** The client can resume the stream: one that is too slow gets what was written already, and then the end. */
  readonly resumable?: boolean;
  /** Holds what the client leaves unread, which counts for its share. The writer closes it. */
  readonly account?: ByteAccount;
}

/** Why a stream has ended: its events ended, the client disconnected, it read too slowly, or the events failed. */
export type SseEnd = 'completed' | 'disconnected' | 'overrun' | 'failed';

const HEADERS: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const KEEP_ALIVE = commentEvent('keep-alive');

/**
 * How many times `maxPendingBytes` may be unread for a moment: a burst is written at once, faster than any client
 * reads.
 */
const BURST = 8;
/** How long more than `maxPendingBytes` may be unread, ms. */
const PATIENCE_MS = 5000;
/** How long a client that was too slow may take to read what was written already, ms. */
const LINGER_MS = 30_000;

type SseContext = Pick<HttpContext, 'response' | 'takeOver' | 'sent' | 'turns' | 'remoteAddress'>;

/**
 * Subscribes to the events of one stream and writes them to one response. A client that leaves more than
 * `maxPendingBytes` unread is disconnected, so that it cannot fill the memory. What it missed is in the event log (F9).
 *
 * @returns resolves with the reason when the stream has ended and the events are unsubscribed; never rejects
 */
export function writeSse(
  { response, takeOver, sent, turns, remoteAddress }: SseContext,
  events: Observable<SseEvent>,
  options: SseOptions,
  headers: OutgoingHttpHeaders = {},
): Promise<SseEnd> {
  return new Promise((resolve) => {
    // An interceptor of the application may have answered already, for example after a timeout.
    if (response.destroyed || response.headersSent) return resolve('disconnected');
    takeOver?.();
    response.writeHead(200, { ...HEADERS, ...headers });
    response.flushHeaders();

    let end: SseEnd | undefined;
    let behindSince: number | undefined;
    // Events may complete while they are being subscribed.
    let subscription: Subscription | undefined;
    /** Checked before each write: a single large message does not make a slow reader. */
    const isTooFarBehind = (): boolean => {
      const pending = response.writableLength / options.maxPendingBytes;
      if (pending <= 1) behindSince = undefined;
      else behindSince ??= performance.now();
      return pending > BURST || (behindSince !== undefined && performance.now() - behindSince > PATIENCE_MS);
    };
    const write = (event: SseEvent) => {
      if (end !== undefined) return;
      if (isTooFarBehind()) return finish('overrun');
      const frame = sseFrame(event);
      // What its client asks next has to wait for its turn: a small request may have a large answer.
      if (frame.length > SMALL_BYTES) turns?.use(remoteAddress, frame.length);
      if (!response.write(frame)) unread?.measure();
      sent?.(event);
      keepAlive.refresh();
    };
    const unread =
      options.account &&
      new UnreadBytes(response, options.account, () => {
        if (end === undefined) finish('overrun', true);
        else response.destroy();
      });
    const keepAlive = setInterval(() => write(KEEP_ALIVE), options.keepAliveMs).unref();
    /** @param atOnce also for a client that could resume: there is no room for what it has not read */
    const finish = (how: SseEnd, atOnce = false) => {
      if (end !== undefined) return;
      end = how;
      clearInterval(keepAlive);
      response.off('close', disconnected);
      subscription?.unsubscribe();
      if (how === 'completed') endWatched(response);
      else if (how === 'overrun' && options.resumable && !atOnce) endSlowly(response);
      else response.destroy();
      resolve(how);
    };
    const disconnected = () => finish('disconnected');
    response.on('close', disconnected);
    // A reset of the socket also emits "close"; without a listener the error would be unhandled.
    response.on('error', () => {});
    subscription = events.subscribe({
      next: write,
      complete: () => finish('completed'),
      // Destroyed instead of ended, so that the client does not take a part for the whole. An uncaught error would end
      // the process (T-57).
      error: () => finish('failed'),
    });
    if (end !== undefined) subscription.unsubscribe();
  });
}

/** Ends a response, and cuts it if its client does not read what is left of it. */
function endWatched(response: ServerResponse): void {
  const isUnread = response.writableNeedDrain;
  response.end();
  if (isUnread) cutStalledWrite(response);
}

/**
 * Lets the client read what was written: if it were thrown away, a client slower than one message would never get it.
 */
function endSlowly(response: ServerResponse): void {
  const timer = setTimeout(() => response.destroy(), LINGER_MS).unref();
  response.once('close', () => clearTimeout(timer));
  response.end();
}
