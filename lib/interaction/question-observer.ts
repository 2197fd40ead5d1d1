import { CancelledError, type Exchange } from '../exchange/exchange.js';
import type { InputRequest } from './input-request.js';

/**
 * How a question ended: `answered`; `refused`, with an error of the client; `unanswered`, too late, or not at all as the
 * client does not read the stream or its session has ended; `cancelled`, because the call has ended.
 *
 * @publicApi
 */
export type McpQuestionOutcome = 'answered' | 'refused' | 'unanswered' | 'cancelled';

/** Learns what clients are asked, and how that ends. Nothing of it waits or throws. */
export interface QuestionObserver {
  /**
   * @param id of the question in JSON-RPC, or its key in a task
   * @param mayMark whether the question may have a longer id and members in `_meta`
   * @returns `undefined` if nobody wants to know how it ends
   */
  asked(exchange: Exchange, id: string, request: InputRequest, mayMark?: boolean): ObservedQuestion | undefined;
}

/** One question that is observed. */
export interface ObservedQuestion {
  /**
   * The id to ask with. It begins with the one that was given, and comes back with the answer to whichever instance, so
   * that this finds the trace to which the answer belongs. Default: as it was given.
   */
  readonly id?: string;
  /** Members for `_meta`, by which the client continues the trace. Default: none. */
  readonly meta?: Readonly<Record<string, string>>;
  ended(outcome: McpQuestionOutcome): void;
}

/** How a question has ended that has no answer. */
export const withoutAnswer = (error: unknown): McpQuestionOutcome =>
  error instanceof CancelledError ? 'cancelled' : 'unanswered';
