import { UNDECLARED, type EntryAccess } from './entry-access.js';

/** What one caller may see of one list. Callers with the same outcome get the same pages. */
export interface Outcome {
  /** One character for each rule of the list. */
  readonly key: string;
  /** The rules that were decided, in the order of `key`. */
  readonly rules: readonly EntryAccess[];
  admits(access: EntryAccess | undefined): boolean;
}

export function outcomeOf(rules: readonly EntryAccess[], allowed: readonly boolean[]): Outcome {
  let key = '';
  let admitted: Set<string> | undefined;
  for (const one of allowed) key += one ? '1' : '0';
  return {
    key,
    rules,
    admits({ isPublic, audience, key: ofRule } = UNDECLARED) {
      if (isPublic && !audience) return true;
      admitted ??= new Set(rules.filter((_rule, index) => allowed[index]).map((rule) => rule.key));
      return admitted.has(ofRule);
    },
  };
}
