import type { Exchange } from '../exchange/exchange.js';
import { CallTimeoutError, type McpError } from '../protocol/errors.js';
import { type Ending, endingOfError, endingOfResult } from './outcome-of.js';
import type { TracedRequest } from './tracing.js';

const CANCELLED: Ending = { outcome: 'cancelled' };

/** Who observes it. */
export interface RequestObserver {
  /** Serves a request that has begun. */
  requestStarted<T>(exchange: Exchange, serve: () => T): T;
  requestEnded(exchange: Exchange, ending: Ending, milliseconds: number): void;
}

/** One request that is observed while it is served. One of the last three is called once, when its answer is known. */
export class ObservedRequest {
  readonly #startedAt = performance.now();

  constructor(
    private readonly observer: RequestObserver,
    private readonly exchange: Exchange,
    private readonly traced: TracedRequest | undefined,
  ) {}

  /** Serves the request. */
  run<T>(serve: () => T): T {
    const { observer, exchange, traced } = this;
    return traced
      ? traced.run(() => observer.requestStarted(exchange, serve))
      : observer.requestStarted(exchange, serve);
  }

  /** @param result its members, or anything else for a list that is serialized already */
  ended(result: object): void {
    this.#end(endingOfResult(result), result);
  }

  failed(error: McpError): void {
    this.#end(endingOfError(error));
  }

  /** @param error what its client is told, if it did not cancel the request itself */
  cancelled(error: McpError | undefined): void {
    this.#end(error instanceof CallTimeoutError ? endingOfError(error) : CANCELLED);
  }

  #end(ending: Ending, result?: object): void {
    const milliseconds = performance.now() - this.#startedAt;
    this.traced?.ended(ending, milliseconds, result);
    this.observer.requestEnded(this.exchange, ending, milliseconds);
  }
}
