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

export interface AskOptions {
  /** Tells this question from the others of the call in whatever order they are asked; default: by order. */
  readonly key?: string;
}

/** One form of `ctx.elicitAll()`. */
export interface FormRequest {
  readonly schema: SchemaSource;
  readonly message: string;
}

export type ElicitAllResult<F extends Record<string, FormRequest>> = {
  [K in keyof F]: ElicitResult<SchemaType<F[K]['schema']>>;
};

/** The asking side of a context: turns what a method wants to know into questions of its call. */
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
      IN_STEP.getStore() === this.interaction ? askedInStep() : this.interaction.ask(options?.key, createQuestion);
    return handled(answer as Promise<T>);
  }
}

/** The call whose step is run. A round waits for its steps, so a step that waited for the client would wait for ever. */
const IN_STEP = new AsyncLocalStorage<Interaction>();

const askedInStep = (): Promise<never> =>
  Promise.reject(new Error('A step cannot ask the client: ask before it or after it, and give it the answer.'));

/**
 * What is asked without being waited for may be refused when nobody looks, e.g. because the round is over: that must
 * not end the process.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
