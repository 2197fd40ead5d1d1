import type { Logger } from '@nestjs/common';
import type { Audit, AuditedRequest } from '../audit/audit.js';
import { methodNotFound } from '../protocol/errors.js';
import type { Era } from '../protocol/revisions.js';
import { ResponseWriter, errorResponse, type SerializedResponse } from './response-writer.js';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import { reportUnexpected, toMcpError } from '../exchange/failure.js';
import type { Method } from './method.js';

/** Finds the method of a request, runs it, and turns its result or error into the one response. */
export class Dispatcher {
  readonly #methods: Record<Era, Map<string, Method>> = { modern: new Map(), legacy: new Map() };

  constructor(
    methods: readonly Method[],
    private readonly writer: ResponseWriter,
    private readonly logger: Logger,
    private readonly audit: Audit,
  ) {
    for (const method of methods) for (const era of method.eras) this.#methods[era].set(method.name, method);
  }

  /** Whether a method exists in this era, advertised or not. */
  knows(era: Era, method: string): boolean {
    return this.#methods[era].has(method);
  }

  /** @returns `undefined` for a request that its client cancelled, which gets no response; never rejects */
  async dispatch(exchange: Exchange): Promise<SerializedResponse | undefined> {
    const { request, peer } = exchange;
    const audited = this.audit.begin(exchange);
    try {
      const method = this.#methods[peer.era].get(request.method);
      if (!method || method.available?.() === false) throw methodNotFound(request.method);
      const result = await method.run(request.params ?? {}, exchange);
      if (exchange.cancelled) return cancelledResponse(exchange, audited);
      audited?.ended(result);
      return this.writer.result(request.id, peer.era, result);
    } catch (error) {
      if (exchange.cancelled || error instanceof CancelledError) return cancelledResponse(exchange, audited);
      reportUnexpected(error, this.logger, request.method);
      const answer = toMcpError(error);
      audited?.failed(answer);
      return errorResponse(request.id, peer.era, answer);
    } finally {
      exchange.complete();
    }
  }
}

function cancelledResponse(
  { request, peer, cancellationError }: Exchange,
  audited: AuditedRequest | undefined,
): SerializedResponse | undefined {
  audited?.cancelled(cancellationError);
  return cancellationError && errorResponse(request.id, peer.era, cancellationError);
}
