import { ToolError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { InputRequest } from './input-request.js';

/** Something asked, and how its answer is looked at: what does not fit is asked for again instead of being handed on. */
export interface Question {
  readonly request: InputRequest;
  /** The answer in the form the method gets it, or why it cannot be one. */
  accept(answer: unknown): Accepted | Promise<Accepted>;
}

export type Accepted = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** How one call asks for input. The eras do it in opposite ways and tasks in a third; what a method sees is the same. */
export interface Interaction {
  /**
   * @param key tells the questions of one call apart; `undefined` is by the order in which this is called
   * @param createQuestion makes the question; may take a moment, during which others can be asked
   * @throws {MissingClientCapabilityError} when the client cannot be asked this
   * @throws {InputRefusedError} when the client answered with an error, not in time, or never with something usable
   */
  ask(key: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown>;

  /** Runs `run` once in the life of the call, however often the method is run from the top; see `ctx.step()`. */
  step<T>(key: string, run: () => T | Promise<T>): Promise<T>;

  /** Answers of the round before, for methods that return `inputRequired()`; empty in the first round. */
  readonly responses: Readonly<JsonObject>;

  /** What the method passed as `state` to `inputRequired()` in the round before. */
  readonly state: unknown;

  /**
   * Runs the method until there is an outcome: its value, or the result that asks the client.
   *
   * @returns `{ value }` or `{ inputRequired }`, the members of a result of type `input_required`
   */
  run(method: () => Promise<unknown>): Promise<Outcome>;
}

export type Outcome = { readonly value: unknown } | { readonly inputRequired: JsonObject };

/** The client did not give the input: it answered with an error, too late, or with nothing that fits. */
export class InputRefusedError extends ToolError {
  override readonly name = 'InputRefusedError';
}
