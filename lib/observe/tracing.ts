import type { Exchange } from '../exchange/exchange.js';
import type { InputRequest } from '../interaction/input-request.js';
import type { ObservedQuestion } from '../interaction/question-observer.js';
import type { JsonRpcResponse } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskRecord } from '../task/task-record.js';
import type { Ending } from './outcome-of.js';
import type { Subject } from './subject.js';

/** Follows requests with what they cause, on whichever instance. Nothing of it waits or throws. */
export interface Tracing {
  /** Whether anybody gets what is said of requests. While nobody does, none is told. */
  readonly isHeard: boolean;
  /**
   * A request begins.
   *
   * @param isKnown whether the server has its method
   * @returns `undefined` for one that is not followed
   */
  request(exchange: Exchange, subject: Subject, isKnown: boolean): TracedRequest | undefined;
  /** A client is asked while a request is served. @param id the id that it would have if it were not followed */
  question(exchange: Exchange, id: string, request: InputRequest): Required<ObservedQuestion>;
  /** The `traceparent` of what is served now. `undefined` without a trace. */
  current(): string | undefined;
  /** Runs a task again, as a part of the trace of its call, which another instance has served. */
  taskRun<T>(task: TaskRecord, run: () => Promise<T>): Promise<T>;
  /** The answer to a question has arrived, which another instance may have asked. */
  answer(session: SessionKey, answer: JsonRpcResponse): TracedAnswer;
}

export interface TracedRequest {
  /** Serves the request, so that what it causes is found to belong to it. */
  run<T>(serve: () => T): T;
  /** @param result of a request that has one */
  ended(ending: Ending, milliseconds: number, result?: object): void;
}

export interface TracedAnswer {
  /** Passes the answer on, so that what it causes is found to belong to it. */
  run<T>(pass: () => T): T;
  ended(accepted: boolean): void;
}
