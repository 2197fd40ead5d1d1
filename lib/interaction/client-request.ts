import { randomUUID } from 'node:crypto';
import { CancelledError, type Exchange } from '../exchange/exchange.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { InputRequest } from './input-request.js';
import { InputRefusedError } from './interaction.js';
import type { PendingRequest, PendingRequests } from './pending-requests.js';
import { type ObservedQuestion, type QuestionObserver, withoutAnswer } from './question-observer.js';

/** One request to the client of a legacy session, sent on the stream of the request it belongs to (SEP-2260). */
export class ClientRequest {
  /** Unique within the session, across all instances (I-3). */
  #id: string = randomUUID();
  readonly #voided: Promise<never>;
  #reject!: (reason: unknown) => void;
  #sent = false;
  #done = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly session: SessionKey,
    private readonly pending: PendingRequests,
    private readonly observer: QuestionObserver | undefined,
  ) {
    this.#voided = new Promise((_, reject) => (this.#reject = reject));
    // It may reject while nothing awaits it.
    this.#voided.catch(() => {});
  }

  /** @throws {InputRefusedError | CancelledError} when no response comes */
  async response(request: InputRequest, timeoutMs: number): Promise<JsonRpcResponse> {
    const observed = this.observer?.asked(this.exchange, this.#id, request, true);
    this.#id = observed?.id ?? this.#id;
    try {
      const response = await this.#response(withMeta(request, observed?.meta), timeoutMs);
      observed?.ended(response.error === undefined ? 'answered' : 'refused');
      return response;
    } catch (error) {
      observed?.ended(withoutAnswer(error));
      throw error;
    }
  }

  async #response({ method, params }: InputRequest, timeoutMs: number): Promise<JsonRpcResponse> {
    const release = this.exchange.onCancel((reason) => this.void(reason));
    let pending: PendingRequest | undefined;
    try {
      pending = await this.pending.expect(this.session, this.#id, timeoutMs);
      if (this.#done) return await this.#voided;
      this.#sent = this.exchange.ask({ jsonrpc: '2.0', id: this.#id, method, params });
      if (!this.#sent) {
        throw new InputRefusedError('This client cannot be asked: it does not read the stream of its request');
      }
      return await Promise.race([pending.response, this.#voided]);
    } catch (error) {
      this.void('nobody waits for the response any more');
      throw error;
    } finally {
      this.#done = true;
      pending?.withdraw();
      release();
    }
  }

  /** Withdraws the request because its call has ended, so that the client can remove it from its screen (G-47). */
  void(reason: string): void {
    if (this.#done) return;
    this.#done = true;
    if (this.#sent) {
      const params = { requestId: this.#id, reason };
      // Sent directly to the outlet, because the exchange of a cancelled call sends nothing more.
      this.exchange.outlet.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    }
    this.#reject(new CancelledError(reason));
  }
}

function withMeta(request: InputRequest, meta: ObservedQuestion['meta']): InputRequest {
  if (!meta || Object.keys(meta).length === 0) return request;
  const { params } = request;
  return {
    ...request,
    params: { ...params, _meta: { ...(params?._meta as JsonObject | undefined), ...meta } },
  } as InputRequest;
}
