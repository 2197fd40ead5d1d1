import { isObject, type JsonObject } from '../protocol/messages.js';
import type { ElicitationForm } from './elicitation-form.js';
import type { Root, SamplingParams } from './input-request.js';
import type { Accepted, Question } from './interaction.js';

/**
 * What a person did with a question: `accept` answers it, `decline` refuses it, and `cancel` dismisses it undecided.
 *
 * @publicApi
 */
export type ElicitAction = 'accept' | 'decline' | 'cancel';

/**
 * The result of `ctx.elicit()`. Declining and cancelling are ordinary results and not errors (M-12). `content` is
 * validated against the schema of the form.
 *
 * @example
 * ```ts
 * const result = await ctx.elicit(ShippingForm, 'Where should we send it?');
 * if (result.action !== 'accept') return 'Nothing was ordered.';
 * return this.orders.place(result.content);
 * ```
 *
 * @publicApi
 */
export type ElicitResult<T> =
  { readonly action: 'accept'; readonly content: T } | { readonly action: 'decline' } | { readonly action: 'cancel' };

const refused = (reason: string): Accepted => ({ ok: false, reason });
const accepted = (value: unknown): Accepted => ({ ok: true, value });

export const formQuestion = (form: ElicitationForm, message: string): Question => ({
  request: { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema: form.requestedSchema } },
  async accept(answer) {
    const action = actionOf(answer);
    if (action !== 'accept') return action ? accepted({ action }) : refused('"action" is missing');
    const outcome = await form.schema.validate((answer as JsonObject).content ?? {});
    if (outcome.ok) return accepted({ action, content: outcome.value });
    return refused(outcome.issues.map(({ path, message: issue }) => `${path}: ${issue}`).join('; '));
  },
});

export const urlQuestion = (url: string, message: string): Question => ({
  request: { method: 'elicitation/create', params: { mode: 'url', message, url } },
  accept(answer) {
    const action = actionOf(answer);
    return action ? accepted({ action }) : refused('"action" is missing');
  },
});

export const samplingQuestion = (params: SamplingParams): Question => ({
  request: { method: 'sampling/createMessage', params: { ...params } },
  accept: (answer) =>
    isMessage(answer) ? accepted(answer) : refused('a message with "role", "content" and "model" is missing'),
});

export const rootsQuestion = (): Question => ({
  request: { method: 'roots/list', params: {} },
  accept: (answer) =>
    isObject(answer) && Array.isArray(answer.roots) && answer.roots.every(isRoot)
      ? accepted(answer.roots)
      : refused('"roots" is missing'),
});

const isMessage = (value: unknown): boolean =>
  isObject(value) &&
  (value.role === 'assistant' || value.role === 'user') &&
  (isObject(value.content) || (Array.isArray(value.content) && value.content.every(isObject))) &&
  typeof value.model === 'string';

const isRoot = (value: unknown): value is Root =>
  isObject(value) && typeof value.uri === 'string' && (value.name === undefined || typeof value.name === 'string');

function actionOf(answer: unknown): ElicitAction | undefined {
  const action = isObject(answer) ? answer.action : undefined;
  return action === 'accept' || action === 'decline' || action === 'cancel' ? action : undefined;
}
