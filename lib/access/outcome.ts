import { UNDECLARED, type EntryAccess } from './entry-access.js';

/** What one caller may see of one list. Callers with the same outcome get the same pages. */
export interface Outcome {
  /** The same for the same decisions about the same rules. */
  readonly key: string;
  /** The rules that were decided, in the order of `key`. */
  readonly rules: readonly EntryAccess[];
  admits(access: EntryAccess | undefined): boolean;
}

export function outcomeOf(rules: readonly EntryAccess[], allowed: readonly boolean[]): Outcome {
  let admitted: Set<string> | undefined;
  return {
    key: keyOf(allowed),
    rules,
    admits({ isPublic, audience, key: ofRule } = UNDECLARED) {
      if (isPublic && !audience) return true;
      admitted ??= new Set(rules.filter((_rule, index) => allowed[index]).map((rule) => rule.key));
      return admitted.has(ofRule);
    },
  };
}

/** One bit for each decision, sixteen to a character: each list makes a key, and searches its pages by it. */
function keyOf(allowed: readonly boolean[]): string {
  let key = '';
  for (let first = 0; first < allowed.length; first += 16) {
    const end = Math.min(first + 16, allowed.length);
    let bits = 0;
    for (let index = first; index < end; index++) bits = (bits << 1) | (allowed[index] ? 1 : 0);
    key += String.fromCharCode(bits);
  }
  return key;
}
