import { randomUUID } from 'node:crypto';
import { CancelledError, type Exchange } from '../engine/exchange.js';
import { MissingClientCapabilityError } from '../protocol/errors.js';
import { isObject, type JsonObject, type JsonRpcResponse, type RequestId } from '../protocol/messages.js';
import type { SessionRecord } from '../session/session-record.js';
import { InputRequired } from './input-required.js';
import { missingCapabilities, type InputRequest } from './input-request.js';
import { InputRefusedError, type Interaction, type Outcome, type Question } from './interaction.js';
import { projectInputRequest } from './project-input-request.js';
import type { PendingRequests } from './pending-requests.js';

export interface RequestLimits {
  readonly pending: PendingRequests;
  /** How long the client, and the person in front of it, may take for one answer, ms. */
  readonly timeoutMs: number;
  readonly maxRounds: number;
}

/**
 * The legacy way to ask: a real request to the client on the stream of the request it belongs to, and a method that waits
 * for the response, which the client posts as a message of its own (J-1, SEP-2260).
 */
export class RequestInteraction implements Interaction {
  readonly #steps = new Map<string, Promise<unknown>>();
  #responses: JsonObject = {};
  #state: unknown;

  constructor(
    private readonly limits: RequestLimits,
    private readonly exchange: Exchange,
    private readonly session: SessionRecord,
  ) {}

  get responses(): Readonly<JsonObject> {
    return this.#responses;
  }
  get state(): unknown {
    return this.#state;
  }

  async ask({ request, accept }: Question): Promise<unknown> {
    for (let round = 0; round < this.limits.maxRounds; round++) {
      const accepted = await accept(await this.#request(request));
      if (accepted.ok) return accepted.value;
    }
    throw new InputRefusedError(`The client answered ${this.limits.maxRounds} times with something that does not fit`);
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const running = this.#steps.get(key) ?? Promise.resolve().then(run);
    this.#steps.set(key, running);
    return running as Promise<T>;
  }

  /** A method that returns `inputRequired()` is run again with the answers here, instead of by the client (J-1). */
  async run(method: () => Promise<unknown>): Promise<Outcome> {
    for (let round = 0; round <= this.limits.maxRounds; round++) {
      const value = await method();
      if (!(value instanceof InputRequired)) return { value };
      const asked = Object.entries(value.inputRequests);
      const answers = await Promise.all(asked.map(async ([key, request]) => [key, await this.#request(request)]));
      this.#responses = Object.fromEntries(answers) as JsonObject;
      this.#state = value.state;
    }
    throw new InputRefusedError(`The call has asked for input ${this.limits.maxRounds} times and still lacks some`);
  }

  async #request(request: InputRequest): Promise<unknown> {
    const { clientCapabilities, revision } = this.session;
    const missing = missingCapabilities(request, clientCapabilities, revision);
    if (missing) throw new MissingClientCapabilityError(missing);
    const { method, params } = projectInputRequest(request, revision);
    // Unique within the session over all instances (I-3).
    const id = randomUUID();
    const pending = await this.limits.pending.expect(this.session, id, this.limits.timeoutMs);
    try {
      if (!this.exchange.ask({ jsonrpc: '2.0', id, method, params })) {
        throw new InputRefusedError('This client cannot be asked: it does not read the stream of its request');
      }
      return resultOf(await this.#orCancelled(pending.response, id));
    } finally {
      pending.withdraw();
    }
  }

  #orCancelled(response: Promise<JsonRpcResponse>, requestId: RequestId): Promise<JsonRpcResponse> {
    return new Promise((resolve, reject) => {
      const release = this.exchange.onCancel((reason) => {
        // The client cancelled the call: what it was asked on behalf of it is void as well (G-47).
        this.exchange.outlet.notify({
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: { requestId, reason },
        });
        reject(new CancelledError(reason));
      });
      response.then(resolve, reject).finally(release);
    });
  }
}

/** A client that answers with an error refuses: the user said no, or it cannot do what it declared (J-9). */
function resultOf({ result, error }: JsonRpcResponse): unknown {
  if (error !== undefined) throw new InputRefusedError(`The client refused: ${isObject(error) ? String(error.message) : 'error'}`);
  return result;
}
