import type { Exchange } from '../exchange/exchange.js';
import type { JsonObject } from '../protocol/messages.js';
import { ElicitationForms } from './elicitation-form.js';
import type { Interaction } from './interaction.js';
import type { PendingRequests } from './pending-requests.js';
import { ReplayInteraction, type ReplayLimits } from './replay-interaction.js';
import { RequestInteraction, type RequestLimits } from './request-interaction.js';
import type { RequestStates } from './request-state.js';

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
  readonly #replay: ReplayLimits;
  readonly #request: RequestLimits;

  constructor({ server, states, pending, timeoutMs, maxRounds, logger }: InteractionOptions) {
    this.#server = server;
    this.#replay = { states, maxRounds, diverged: ({ method }, key) => logger.error(divergence(method, key)) };
    this.#request = { pending, timeoutMs, maxRounds };
  }

  /**
   * @param name name of the tool or prompt, URI of the resource: a state is good for this alone
   * @param given the arguments, likewise
   * @throws {McpError} `-32602` for a `requestState` that is not valid here
   */
  begin(exchange: Exchange, name: string, given: JsonObject): Interaction | Promise<Interaction> {
    const { peer, request } = exchange;
    if (peer.session) return new RequestInteraction(this.#request, exchange, peer.session);
    const binding = {
      server: this.#server,
      principal: peer.principalId,
      method: request.method,
      name,
      arguments: given,
    };
    const client = { capabilities: peer.clientCapabilities, revision: peer.revision };
    return ReplayInteraction.open(this.#replay, binding, client, request.params ?? {});
  }
}

const divergence = (method: string, key: string): string =>
  `A method behind ${method} asks something else under "${key}" than in the round before, so its call was ended. It is run ` +
  'again from the top with each answer: ask the same questions in the same order or under keys of their own, and put what ' +
  'varies into ctx.step().';
