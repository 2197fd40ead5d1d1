import type { InputRequest } from './input-request.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * What a method returns when it cannot continue without input. Create it with `inputRequired()`.
 *
 * @publicApi
 */
export class InputRequired {
  static {
    knownAcrossCopies(this, 'InputRequired');
  }

  constructor(
    readonly inputRequests: Readonly<Record<string, InputRequest>>,
    readonly state: unknown,
  ) {}
}

/**
 * Ends the current round of a call with questions to the client (M-2). The method then runs again from the top, with
 * the answers in `ctx.inputResponses` and the state in `ctx.inputState`. Most methods do not need this: `ctx.elicit()`,
 * `ctx.sample()` and `ctx.roots()` do it for them.
 *
 * @param inputRequests the questions, by keys of your choice; may be empty if the method only has to wait
 * @param state any JSON value; encrypted and authenticated when it is sent through the client
 *
 * @example
 * ```ts
 * @McpTool({ description: 'Lists the folders that are open in the client' })
 * folders(ctx: McpContext): string | InputRequired {
 *   const answer = ctx.inputResponses['roots'];
 *   if (answer === undefined) return inputRequired({ roots: { method: 'roots/list' } });
 *   return JSON.stringify(answer);
 * }
 * ```
 *
 * @publicApi
 */
export const inputRequired = (inputRequests: Readonly<Record<string, InputRequest>>, state?: unknown): InputRequired =>
  new InputRequired(inputRequests, state);
