import type { Logger } from '@nestjs/common';
import { DuplicateEntryError } from '../catalog/table.js';
import type { Permit } from '../limits/limit-store.js';
import { CallTimeoutError, type McpError, methodNotFound, ResultTooLargeError } from '../protocol/errors.js';
import type { Era } from '../protocol/revisions.js';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { reportUnexpected, toMcpError } from '../exchange/failure.js';
import type { ObservedRequest } from '../observe/observed-request.js';
import type { Observer } from '../observe/observer.js';
import type { CallBounds } from './call-bounds.js';
import type { Method } from './method.js';
import { ResponseWriter, errorResponse, type SerializedResponse } from './response-writer.js';

/** Finds the method of a request, runs it, and turns its result or error into the one response. */
export class Dispatcher {
  readonly #methods: Record<Era, Map<string, Method>> = { modern: new Map(), legacy: new Map() };

  constructor(
    methods: readonly Method[],
    private readonly writer: ResponseWriter,
    private readonly logger: Logger,
    private readonly observer: Observer,
    private readonly bounds: CallBounds,
  ) {
    this.add(methods);
  }

  /** @throws {DuplicateEntryError} for a method that exists in an era of it */
  add(methods: readonly Method[]): void {
    for (const method of methods) {
      for (const era of method.eras) {
        if (this.knows(era, method.name)) {
          throw new DuplicateEntryError(`The method "${method.name}" exists already on this server. Rename it.`);
        }
        this.#methods[era].set(method.name, method);
      }
    }
  }

  /** Whether a method exists in this era, advertised or not. */
  knows(era: Era, method: string): boolean {
    return this.#methods[era].has(method);
  }

  /** @returns `undefined` for a request that its client cancelled, which gets no response; never rejects */
  dispatch(exchange: Exchange): Promise<SerializedResponse | undefined> {
    const { request, peer } = exchange;
    const method = this.#methods[peer.era].get(request.method);
    const observed = this.observer.begin(exchange, method !== undefined);
    return observed
      ? observed.run(() => this.#serve(exchange, method, observed))
      : this.#serve(exchange, method, undefined);
  }

  async #serve(
    exchange: Exchange,
    method: Method | undefined,
    observed: ObservedRequest | undefined,
  ): Promise<SerializedResponse | undefined> {
    const { request, peer } = exchange;
    let permit: Permit | undefined;
    try {
      const admitted = this.bounds.admitRequest(exchange);
      permit = admitted instanceof Promise ? await admitted : admitted;
      if (!method || method.available?.() === false) throw methodNotFound(request.method);
      const running = method.run(request.params ?? {}, exchange);
      const result = running instanceof Promise ? await running : running;
      if (exchange.cancelled) return this.#cancelled(exchange, method, observed);
      const response = this.writer.result(request.id, peer.era, result);
      if (method.isCall) this.bounds.requireSmall(response.text);
      observed?.ended(result);
      return response;
    } catch (error) {
      if (exchange.cancelled || error instanceof CancelledError) return this.#cancelled(exchange, method, observed);
      reportUnexpected(error, this.logger, request.method);
      const answer = toMcpError(error);
      observed?.failed(answer);
      return this.#failed(answer, exchange, method);
    } finally {
      permit?.release();
      exchange.complete();
    }
  }

  #cancelled(
    exchange: Exchange,
    method: Method | undefined,
    observed: ObservedRequest | undefined,
  ): SerializedResponse | undefined {
    const { cancellationError } = exchange;
    observed?.cancelled(cancellationError);
    return cancellationError && this.#failed(cancellationError, exchange, method);
  }

  #failed(error: McpError, exchange: Exchange, method: Method | undefined): SerializedResponse {
    const { request, peer } = exchange;
    const isOfCall = error instanceof CallTimeoutError || error instanceof ResultTooLargeError;
    const result = isOfCall ? method?.failure?.(error, exchange) : undefined;
    return result ? this.writer.result(request.id, peer.era, result) : errorResponse(request.id, peer.era, error);
  }
}
