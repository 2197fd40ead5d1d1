/** What a reader of a stream delivers. */
export type StreamEvent =
  /** Always the first event: without it, a client that is disconnected now has no cursor to resume from (finding 8). */
  | {
      readonly kind: 'primed';
      readonly cursor: string;
      /** Set for the first connection of a stream that reads it from its start. */
      readonly isNew?: true;
    }
  | { readonly kind: 'message'; readonly id: string; readonly data: string; readonly final: boolean }
  /**
   * Emitted once per gap; the stream continues after it. `unknown`: the log has nothing of what the cursor names. Send
   * `cursor` as the id of the message that reports the gap. Otherwise a client that is disconnected right after it gets
   * the same gap again.
   */
  | { readonly kind: 'gap'; readonly reason: 'history' | 'unknown'; readonly cursor: string }
  /** Always the last event, unless the subscriber unsubscribed. */
  | { readonly kind: 'end'; readonly reason: 'final' | 'ended' | 'fenced' };

/** Where a reader delivers. */
export interface StreamSink {
  /** Nothing is taken any more. */
  readonly closed: boolean;
  next(event: StreamEvent): void;
  /** The stream has ended. Whoever opened the reader closes it, as when nothing is taken any more. */
  complete(): void;
  /**
   * Called when the subscriptions or the log level of the session may have changed: as soon as signals arrive, at each
   * such signal, and after an interruption. Default: nobody asks.
   *
   * @param since the newest broadcast before the change, after which some may have been judged without knowing of it;
   *   the start of the log after an interruption; `undefined` if there are none
   */
  sessionChanged?(since?: string): void;
  /** Called each time when everything is delivered that is in the log. Default: nobody asks. */
  caughtUp?(): void;
}
