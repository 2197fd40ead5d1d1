import type { Logger } from '@nestjs/common';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { reportUnexpected, toMcpError } from '../exchange/failure.js';
import type { Permit } from '../limits/limit-store.js';
import type { ObservedRequest } from '../observe/observed-request.js';
import { CallTimeoutError, type McpError, methodNotFound, ResultTooLargeError } from '../protocol/errors.js';
import type { CallBounds } from './call-bounds.js';
import type { Method } from './method.js';
import { errorResponse, type MethodResult, type ResponseWriter, type SerializedResponse } from './response-writer.js';

/** The response to a request; `undefined` for one that its client cancelled, which gets none. */
export type Answer = SerializedResponse | undefined;

export interface RunningRequestParts {
  readonly writer: ResponseWriter;
  readonly logger: Logger;
  readonly bounds: CallBounds;
}

/**
 * One request from its admission to its response. What need not be waited for is done at once: a method without any I/O
 * is answered in the same turn, and one that takes its time holds no suspended functions.
 */
export class RunningRequest {
  #permit: Permit | undefined;

  /** @param method `undefined` if there is none of this name */
  constructor(
    private readonly exchange: Exchange,
    private readonly method: Method | undefined,
    private readonly observed: ObservedRequest | undefined,
    private readonly parts: RunningRequestParts,
  ) {}

  /** Never throws or rejects. */
  serve(): Answer | Promise<Answer> {
    try {
      const admitted = this.parts.bounds.admitRequest(this.exchange);
      const result = admitted instanceof Promise ? admitted.then((permit) => this.#run(permit)) : this.#run(admitted);
      if (!(result instanceof Promise)) return this.#succeed(result);
      return result.then(
        (value) => this.#succeed(value),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      return this.#fail(error);
    }
  }

  #run(permit: Permit): MethodResult | Promise<MethodResult> {
    this.#permit = permit;
    const { request } = this.exchange;
    if (!this.method || this.method.available?.() === false) throw methodNotFound(request.method);
    return this.method.run(request.params ?? {}, this.exchange);
  }

  #succeed(result: MethodResult): Answer {
    const { exchange, method, observed } = this;
    try {
      if (exchange.cancelled) return this.#end(this.#cancelled());
      const response = this.parts.writer.result(exchange.request.id, exchange.peer.era, result);
      if (method!.isCall) this.parts.bounds.requireSmall(response.text);
      observed?.ended(result);
      return this.#end(response);
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): Answer {
    const { exchange } = this;
    if (exchange.cancelled || error instanceof CancelledError) return this.#end(this.#cancelled());
    reportUnexpected(error, this.parts.logger, exchange.request.method);
    const answer = toMcpError(error);
    this.observed?.failed(answer);
    return this.#end(this.#failed(answer));
  }

  #end(answer: Answer): Answer {
    this.#permit?.release();
    this.exchange.complete();
    return answer;
  }

  #cancelled(): Answer {
    const { cancellationError } = this.exchange;
    this.observed?.cancelled(cancellationError);
    return cancellationError && this.#failed(cancellationError);
  }

  #failed(error: McpError): SerializedResponse {
    const { request, peer } = this.exchange;
    const isOfCall = error instanceof CallTimeoutError || error instanceof ResultTooLargeError;
    const result = isOfCall ? this.method?.failure?.(error, this.exchange) : undefined;
    return result ? this.parts.writer.result(request.id, peer.era, result) : errorResponse(request.id, peer.era, error);
  }
}
