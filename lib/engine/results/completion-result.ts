import type { CompletionResult } from '../../protocol/content.js';
import { isObject } from '../../protocol/messages.js';

/** The specification's bound on `values` (server/utilities/completion). */
const MAX_VALUES = 100;

export function completionResult(value: unknown): CompletionResult {
  const given = isObject(value) && Array.isArray(value.values) ? (value as unknown as CompletionResult) : undefined;
  const values = given?.values ?? (Array.isArray(value) ? value : []);
  const texts = values.map(String);
  if (texts.length <= MAX_VALUES) return given ? { ...given, values: texts } : { values: texts };
  return { ...given, values: texts.slice(0, MAX_VALUES), total: given?.total ?? texts.length, hasMore: true };
}
