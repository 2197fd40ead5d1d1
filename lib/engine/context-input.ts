import type { ElicitationForms } from '../interaction/elicitation-form.js';
import { safeUrl } from '../interaction/elicitation-url.js';
import type { Root, SamplingParams, SamplingResult } from '../interaction/input-request.js';
import type { Interaction } from '../interaction/interaction.js';
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

  async elicit(schema: SchemaSource, message: string, options?: AskOptions): Promise<ElicitResult<unknown>> {
    const form = await this.forms.of(schema);
    return (await this.interaction.ask(formQuestion(form, message, options?.key))) as ElicitResult<unknown>;
  }

  async elicitUrl(url: string, message: string, options?: AskOptions): Promise<{ readonly action: ElicitAction }> {
    const question = urlQuestion(safeUrl(url), message, options?.key);
    return (await this.interaction.ask(question)) as { readonly action: ElicitAction };
  }

  sample(params: SamplingParams, options?: AskOptions): Promise<SamplingResult> {
    return this.interaction.ask(samplingQuestion(params, options?.key)) as Promise<SamplingResult>;
  }

  roots(options?: AskOptions): Promise<readonly Root[]> {
    return this.interaction.ask(rootsQuestion(options?.key)) as Promise<readonly Root[]>;
  }
}
