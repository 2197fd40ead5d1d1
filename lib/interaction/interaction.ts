import { ToolError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { InputRequest } from './input-request.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/** A request for input and the check of its answer: a question whose answer is not valid is asked again. */
export interface Question {
  readonly request: InputRequest;
  /** Returns the answer in the form the method gets it, or the reason why it is not valid. */
  accept(answer: unknown): Accepted | Promise<Accepted>;
}

export type Accepted = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** How one call asks for input. Each era does it differently, and tasks in a third way; methods see no difference. */
export interface Interaction {
  /**
   * Asks the client and returns the accepted answer.
   *
   * @param key distinguishes the questions of one call; `undefined` numbers them in the order of these calls
   * @param createQuestion creates the question; it may be asynchronous, and others can be asked in the meantime
   * @throws {MissingClientCapabilityError} when the client did not declare what this question needs
   * @throws {InputRefusedError} when the client answered with an error, too late, or never with a valid answer
   */
  ask(key: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown>;

  /** Runs `run` once during the life of the call, however often the method runs from the top; see `ctx.step()`. */
  step<T>(key: string, run: () => T | Promise<T>): Promise<T>;

  /** The answers of the previous round, for methods that return `inputRequired()`; empty in the first round. */
  readonly responses: Readonly<JsonObject>;

  /** The `state` the method passed to `inputRequired()` in the previous round. */
  readonly state: unknown;

  /**
   * Runs the method until there is an outcome.
   *
   * @param method returns its value, or a promise of it
   * @returns `{ value }` with the method's value, or `{ inputRequired }` with the members of a result of type
   * `input_required`, which asks the client
   */
  run(method: () => unknown): Outcome | Promise<Outcome>;
}

export type Outcome = { readonly value: unknown } | { readonly inputRequired: JsonObject };

/**
 * Thrown by `ctx.elicit()` and the other methods that ask the client when there is no usable answer: the client
 * answered with an error, too late, or never with a valid answer. A tool that does not catch it returns a result with
 * `isError`.
 *
 * A person who declines or cancels is not an error; that is in the `action` of the result.
 *
 * @example
 * ```ts
 * try {
 *   const { action } = await ctx.elicitUrl(paymentUrl, 'Please pay');
 * } catch (error) {
 *   if (error instanceof InputRefusedError) return 'The client could not open the payment page.';
 *   throw error;
 * }
 * ```
 *
 * @publicApi
 */
export class InputRefusedError extends ToolError {
  static {
    knownAcrossCopies(this, 'InputRefusedError');
  }

  override readonly name = 'InputRefusedError';
}
