/**
 * Whether the JSON text of a value has more characters than allowed. Counts as it goes and stops at the limit, so that
 * a large value costs no more than a small one.
 */
export function exceedsJsonSize(value: unknown, maxCharacters: number): boolean {
  return measure(value, maxCharacters) < 0;
}

/** @returns how many characters are left, negative when there were too many */
function measure(value: unknown, left: number): number {
  if (typeof value === 'string') return left - value.length - 2;
  if (typeof value !== 'object' || value === null) return left - String(value).length;
  let rest = left - 2;
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value)) rest -= key.length + 3;
    rest = measure((value as Record<string, unknown>)[key], rest - 1);
    if (rest < 0) return rest;
  }
  return rest;
}
