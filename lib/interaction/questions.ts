import { isObject, type JsonObject } from '../protocol/messages.js';
import type { ElicitationForm } from './elicitation-form.js';
import type { Root, SamplingParams, SamplingResult } from './input-request.js';
import type { Accepted, Question } from './interaction.js';

export type ElicitAction = 'accept' | 'decline' | 'cancel';

/** What came of asking a person. Declining and cancelling are ordinary outcomes, not failures (M-12). */
export type ElicitResult<T> =
  | { readonly action: 'accept'; readonly content: T }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

const refused = (reason: string): Accepted => ({ ok: false, reason });
const accepted = (value: unknown): Accepted => ({ ok: true, value });

export const formQuestion = (form: ElicitationForm, message: string, key?: string): Question => ({
  key,
  request: { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema: form.requestedSchema } },
  async accept(answer) {
    const action = actionOf(answer);
    if (action !== 'accept') return action ? accepted({ action }) : refused('"action" is missing');
    const outcome = await form.schema.validate((answer as JsonObject).content ?? {});
    if (outcome.ok) return accepted({ action, content: outcome.value });
    return refused(outcome.issues.map(({ path, message: issue }) => `${path}: ${issue}`).join('; '));
  },
});

export const urlQuestion = (url: string, message: string, key?: string): Question => ({
  key,
  request: { method: 'elicitation/create', params: { mode: 'url', message, url } },
  accept(answer) {
    const action = actionOf(answer);
    return action ? accepted({ action }) : refused('"action" is missing');
  },
});

export const samplingQuestion = (params: SamplingParams, key?: string): Question => ({
  key,
  request: { method: 'sampling/createMessage', params: { ...params } },
  accept: (answer) =>
    isObject(answer) && answer.content !== undefined && (answer.role === 'assistant' || answer.role === 'user')
      ? accepted(answer as unknown as SamplingResult)
      : refused('a message with "role" and "content" is missing'),
});

export const rootsQuestion = (key?: string): Question => ({
  key,
  request: { method: 'roots/list', params: {} },
  accept: (answer) =>
    isObject(answer) && Array.isArray(answer.roots) && answer.roots.every(isRoot)
      ? accepted(answer.roots)
      : refused('"roots" is missing'),
});

const isRoot = (value: unknown): value is Root => isObject(value) && typeof value.uri === 'string';

function actionOf(answer: unknown): ElicitAction | undefined {
  const action = isObject(answer) ? answer.action : undefined;
  return action === 'accept' || action === 'decline' || action === 'cancel' ? action : undefined;
}
