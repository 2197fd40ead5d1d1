import type { InputRequest } from './input-request.js';

/** What a method returns when it cannot go on without input; made by `inputRequired()`. */
export class InputRequired {
  constructor(
    readonly inputRequests: Readonly<Record<string, InputRequest>>,
    readonly state: unknown,
  ) {}
}

/**
 * Ends a round of a call by asking (M-2). The method is run again from the top with the answers in
 * `ctx.inputResponses` and `state` in `ctx.inputState`. `ctx.elicit()` and its like do this by themselves.
 *
 * @param inputRequests what to ask, by keys of your choice; may be empty when only time has to pass
 * @param state any JSON value; sealed on its way through the client
 */
export const inputRequired = (inputRequests: Readonly<Record<string, InputRequest>>, state?: unknown): InputRequired =>
  new InputRequired(inputRequests, state);
