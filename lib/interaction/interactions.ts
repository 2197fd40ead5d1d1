import type { Exchange } from '../exchange/exchange.js';
import type { JsonObject } from '../protocol/messages.js';
import { ElicitationForms } from './elicitation-form.js';
import { FirstRound } from './first-round.js';
import type { Interaction } from './interaction.js';
import type { PendingRequests } from './pending-requests.js';
import { ModernInteraction, type ModernLimits } from './modern-interaction.js';
import { LegacyInteraction, type LegacyLimits } from './legacy-interaction.js';
import type { RequestStates, StateBinding } from './request-state.js';

export interface InteractionOptions {
  /** Name of the server. */
  readonly server: string;
  readonly states: RequestStates;
  readonly pending: PendingRequests;
  /** How long a legacy client may take for one answer, ms. */
  readonly timeoutMs: number;
  /** How often one call may ask. */
  readonly maxRounds: number;
  readonly logger: { error(message: string): void };
}

/** Gives each call its way of asking for input, by the era of its client. */
export class Interactions {
  readonly forms = new ElicitationForms();
  readonly #server: string;
  readonly #modern: ModernLimits;
  readonly #legacy: LegacyLimits;

  constructor({ server, states, pending, timeoutMs, maxRounds, logger }: InteractionOptions) {
    this.#server = server;
    this.#modern = { states, maxRounds, diverged: ({ method }, key) => logger.error(divergence(method, key)) };
    this.#legacy = { pending, timeoutMs, maxRounds };
  }

  /**
   * @param name name of the tool or prompt, URI of the resource: a state is good for this alone
   * @param given the arguments, likewise
   * @throws {McpError} `-32602` for a `requestState` that is not valid here
   */
  begin(exchange: Exchange, name: string, given: JsonObject): Interaction | Promise<Interaction> {
    const { peer, request } = exchange;
    if (peer.session) return new LegacyInteraction(this.#legacy, exchange, peer.session);
    const binding: StateBinding = {
      server: this.#server,
      principal: peer.principalId,
      method: request.method,
      name,
      arguments: given,
    };
    const params = request.params ?? {};
    return params.requestState === undefined && params.inputResponses === undefined
      ? new FirstRound(() => ModernInteraction.first(this.#modern, binding, peer))
      : ModernInteraction.resume(this.#modern, binding, peer, params);
  }
}

const divergence = (method: string, key: string): string =>
  `A method behind ${method} asks something else under "${key}" than in the round before, so its call was ended. It is run ` +
  'again from the top with each answer: ask the same questions in the same order or under keys of their own, and put what ' +
  'varies into ctx.step().';
