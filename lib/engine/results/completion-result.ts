import type { CompletionResult } from '../../protocol/content.js';
import { isObject } from '../../protocol/messages.js';

/** The specification's limit on `values` (server/utilities/completion). */
const MAX_VALUES = 100;

/**
 * Turns a completer's return value, an array or a whole result, into a result; truncates it to what the client may get.
 */
export function completionResult(value: unknown): CompletionResult {
  const whole = isObject(value) && Array.isArray(value.values) ? (value as unknown as CompletionResult) : undefined;
  const values = whole?.values ?? (Array.isArray(value) ? value : []);
  const texts = values.map(String);
  if (texts.length <= MAX_VALUES) return whole ? { ...whole, values: texts } : { values: texts };
  return { ...whole, values: texts.slice(0, MAX_VALUES), total: whole?.total ?? texts.length, hasMore: true };
}
