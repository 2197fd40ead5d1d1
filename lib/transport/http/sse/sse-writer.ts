import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Unsubscribable } from 'rxjs';
import type { HttpContext } from '../http-context.js';
import { SMALL_BYTES } from '../../../limits/turns.js';
import { cutStalledWrite } from '../stalled-writes.js';
import type { KeepAlive, QuietStream } from './keep-alive.js';
import { commentEvent, type SseEvent } from './sse-event.js';
import { sseFrame } from './sse-frame.js';
import { UnreadBytes, type UnreadOwner } from './unread-bytes.js';

/** What all streams of one kind have in common. */
export interface SseOptions {
  readonly keepAlive: KeepAlive;
  /** Bytes that a client may leave unread for more than some seconds. */
  readonly maxPendingBytes: number;
  /** The client can resume the stream: one that is too slow gets what was written already, and then the end. */
  readonly resumable?: boolean;
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

/** An Observable, or what is subscribed to like one. */
export interface SseEvents {
  subscribe(writer: SseWriter): Unsubscribable;
}

type SseContext = Pick<HttpContext, 'response' | 'takeOver' | 'sent' | 'turns' | 'remoteAddress' | 'account'>;

/** Writes the events of one stream. @returns resolves with the reason when the stream has ended; never rejects */
export const writeSse = (http: SseContext, events: SseEvents, options: SseOptions): Promise<SseEnd> =>
  new Promise((resolve) => {
    const writer = new SseWriter(http, options, resolve);
    if (writer.open(http)) writer.follow(events);
  });

/**
 * Writes the events of one stream to one response. A client that leaves more than `maxPendingBytes` unread is
 * disconnected, so that it cannot fill the memory. What it missed is in the event log (F9). Its methods never throw.
 */
export class SseWriter implements QuietStream, UnreadOwner {
  lastBeat: number;
  readonly #response: ServerResponse;
  readonly #turns: HttpContext['turns'];
  readonly #remoteAddress: string;
  readonly #sent: HttpContext['sent'];
  readonly #account: HttpContext['account'];
  readonly #disconnected = (): void => this.#finish('disconnected');
  #end: SseEnd | undefined;
  #behindSince: number | undefined;
  #unread: UnreadBytes | undefined;
  #subscription: Unsubscribable | undefined;

  /**
   * Of the context it keeps what it needs as long as the stream is open.
   *
   * @param ended called when the stream has ended, and its events are unsubscribed
   */
  constructor(
    { response, turns, remoteAddress, sent, account }: SseContext,
    private readonly options: SseOptions,
    private readonly ended: (how: SseEnd, writer: SseWriter) => void = ignore,
  ) {
    this.#response = response;
    this.#turns = turns;
    this.#remoteAddress = remoteAddress;
    this.#sent = sent;
    this.#account = account;
    this.lastBeat = options.keepAlive.beat;
  }

  /** The headers of the request that has opened it. */
  get requestHeaders(): IncomingHttpHeaders {
    return this.#response.req.headers;
  }

  /** @returns whether it is open now: an interceptor of the application may have answered, for example after a timeout */
  open({ takeOver }: Pick<SseContext, 'takeOver'>, headers?: OutgoingHttpHeaders): boolean {
    const response = this.#response;
    if (response.destroyed || response.headersSent) {
      this.#end = 'disconnected';
      this.ended(this.#end, this);
      return false;
    }
    takeOver?.();
    response.writeHead(200, { ...HEADERS, ...headers });
    response.flushHeaders();
    this.options.keepAlive.add(this);
    response.on('close', this.#disconnected);
    // A reset of the socket also emits "close"; without a listener the error would be unhandled.
    response.on('error', ignore);
    return true;
  }

  /** Subscribes to the events, which end the stream when they end. */
  follow(events: SseEvents): void {
    this.#subscription = events.subscribe(this);
    // Events may complete while they are being subscribed.
    if (this.#end !== undefined) this.#subscription.unsubscribe();
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }

  next(event: SseEvent): void {
    if (this.#end !== undefined) return;
    if (this.#isTooFarBehind()) return this.#finish('overrun');
    const frame = sseFrame(event);
    // What its client asks next has to wait for its turn: a small request may have a large answer.
    if (frame.length > SMALL_BYTES) this.#turns?.use(this.#remoteAddress, frame.length);
    if (!this.#response.write(frame)) this.#measureUnread();
    this.#sent?.(event);
    this.lastBeat = this.options.keepAlive.beat;
  }

  complete(): void {
    this.#finish('completed');
  }

  /**
   * Destroyed instead of ended, so that the client does not take a part for the whole. An uncaught error would end the
   * process (T-57).
   */
  error(): void {
    this.#finish('failed');
  }

  /** Ends it at once: its client has cancelled the request, and reads no more. */
  abort(): void {
    this.#finish('failed');
    this.#response.destroy();
  }

  keepAlive(): void {
    this.next(KEEP_ALIVE);
  }

  /** There is no room for what the client leaves unread, also if it could resume. */
  unreadRefused(): void {
    if (this.#end === undefined) this.#finish('overrun', true);
    else this.#response.destroy();
  }

  #measureUnread(): void {
    if (this.#account) (this.#unread ??= new UnreadBytes(this.#response, this.#account.sibling(), this)).measure();
  }

  /** Checked before each write: a single large message does not make a slow reader. */
  #isTooFarBehind(): boolean {
    const pending = this.#response.writableLength / this.options.maxPendingBytes;
    if (pending <= 1) {
      this.#behindSince = undefined;
      return false;
    }
    this.#behindSince ??= performance.now();
    return pending > BURST || performance.now() - this.#behindSince > PATIENCE_MS;
  }

  /** @param atOnce also for a client that could resume: there is no room for what it has not read */
  #finish(how: SseEnd, atOnce = false): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    const response = this.#response;
    this.options.keepAlive.remove(this);
    response.off('close', this.#disconnected);
    this.#subscription?.unsubscribe();
    if (how === 'completed') endWatched(response);
    else if (how === 'overrun' && this.options.resumable && !atOnce) endSlowly(response);
    else response.destroy();
    this.ended(how, this);
  }
}

const ignore = (): void => {};

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
