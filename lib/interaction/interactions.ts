import type { Exchange } from '../exchange/exchange.js';
import type { JsonObject } from '../protocol/messages.js';
import { ElicitationForms } from './elicitation-form.js';
import { FirstRound } from './first-round.js';
import type { Interaction } from './interaction.js';
import type { PendingRequests } from './pending-requests.js';
import { ModernInteraction, type ModernLimits } from './modern-interaction.js';
import { LegacyInteraction, type LegacyLimits } from './legacy-interaction.js';
import type { QuestionObserver } from './question-observer.js';
import type { RequestStates, StateBinding } from './request-state.js';

export interface InteractionOptions {
  /** The name of the server. */
  readonly server: string;
  readonly states: RequestStates;
  readonly pending: PendingRequests;
  /** How long a legacy client may take for one answer, ms. */
  readonly timeoutMs: number;
  /** How many times one call may ask. */
  readonly maxRounds: number;
  readonly logger: { error(message: string): void };
  /** Default: nobody learns what is asked. */
  readonly observer?: QuestionObserver;
}

/** Creates the interaction of each call, depending on the era of its client. */
export class Interactions {
  readonly forms = new ElicitationForms();
  readonly #server: string;
  readonly #modern: ModernLimits;
  readonly #legacy: LegacyLimits;

  constructor({ server, states, pending, timeoutMs, maxRounds, logger, observer }: InteractionOptions) {
    this.#server = server;
    this.#modern = { states, maxRounds, diverged: ({ method }, key) => logger.error(divergence(method, key)) };
    this.#legacy = { pending, timeoutMs, maxRounds, observer };
  }

  /**
   * Creates the interaction of a call. A `requestState` is valid only for the same name and arguments.
   *
   * @param name the name of the tool or prompt, or the URI of the resource
   * @param args the arguments of the call
   * @throws {McpError} `-32602` for a `requestState` that is not valid for this call
   */
  begin(exchange: Exchange, name: string, args: JsonObject): Interaction | Promise<Interaction> {
    const { peer, request } = exchange;
    if (peer.session) return new LegacyInteraction(this.#legacy, exchange, peer.session);
    const binding: StateBinding = {
      server: this.#server,
      principal: peer.principalId,
      method: request.method,
      name,
      arguments: args,
    };
    const params = request.params ?? {};
    return params.requestState === undefined && params.inputResponses === undefined
      ? new FirstRound(() => ModernInteraction.first(this.#modern, binding, peer))
      : ModernInteraction.resume(this.#modern, binding, peer, params);
  }
}

const divergence = (method: string, key: string): string =>
  `A method behind ${method} asks a different question under "${key}" than in the previous round, so its call was ended. ` +
  'A method runs again from the top after each answer: ask the same questions in the same order, or give each its own ' +
  'key, and put whatever varies into ctx.step().';
