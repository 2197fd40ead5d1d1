import { AsyncLocalStorage } from 'node:async_hooks';
import type { ElicitationForms } from '../interaction/elicitation-form.js';
import { safeUrl } from '../interaction/elicitation-url.js';
import type { Root, SamplingParams, SamplingResult } from '../interaction/input-request.js';
import type { Interaction, Question } from '../interaction/interaction.js';
import {
  type ElicitAction,
  type ElicitResult,
  formQuestion,
  rootsQuestion,
  samplingQuestion,
  urlQuestion,
} from '../interaction/questions.js';
import type { SchemaSource, SchemaType } from '../schema/index.js';

/**
 * Options of `ctx.elicit()` and the other methods that ask the client.
 *
 * @publicApi
 */
export interface AskOptions {
  /** Identifies the question if the order of a call's questions may vary. Default: the position in that order. */
  readonly key?: string;
}

/**
 * One form of `ctx.elicitAll()`.
 *
 * @publicApi
 */
export interface FormRequest {
  readonly schema: SchemaSource;
  readonly message: string;
}

export type ElicitAllResult<F extends Record<string, FormRequest>> = {
  [K in keyof F]: ElicitResult<SchemaType<F[K]['schema']>>;
};

/** The part of a context that asks the client: it creates the questions of the call. */
export class ContextInput {
  constructor(
    readonly interaction: Interaction,
    private readonly forms: ElicitationForms,
  ) {}

  elicit(schema: SchemaSource, message: string, options?: AskOptions): Promise<ElicitResult<unknown>> {
    return this.#ask(options, async () => formQuestion(await this.forms.of(schema), message));
  }

  elicitUrl(url: string, message: string, options?: AskOptions): Promise<{ readonly action: ElicitAction }> {
    return this.#ask(options, () => urlQuestion(safeUrl(url), message));
  }

  sample(params: SamplingParams, options?: AskOptions): Promise<SamplingResult> {
    return this.#ask(options, () => samplingQuestion(params));
  }

  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.#ask(options, rootsQuestion);
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    return handled(this.interaction.step(key, () => IN_STEP.run(this.interaction, run)));
  }

  #ask<T>(options: AskOptions | undefined, createQuestion: () => Question | Promise<Question>): Promise<T> {
    const answer =
      IN_STEP.getStore() === this.interaction ? rejectInStep() : this.interaction.ask(options?.key, createQuestion);
    return handled(answer as Promise<T>);
  }
}

/** The call whose step is running. A round waits for its steps, so a step that waits for the client would never end. */
const IN_STEP = new AsyncLocalStorage<Interaction>();

const rejectInStep = (): Promise<never> =>
  Promise.reject(new Error('A step cannot ask the client; ask before or after the step and pass it the answer.'));

/**
 * A question that is not awaited may reject, for example because the round has ended. That must not end the process.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
