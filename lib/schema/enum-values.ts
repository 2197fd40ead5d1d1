/**
 * The values of a TypeScript enum, or of the list or object that stands for one. The list that `@IsEnum` keeps beside
 * it is for messages only: it lacks every key that starts with a digit, such as `'1D'`, and all of an array.
 */
export function enumValues(entity: object): readonly unknown[] {
  if (Array.isArray(entity)) return entity;
  const members = entity as Readonly<Record<string, unknown>>;
  return Object.keys(members)
    .filter((key) => !isReverseMapping(members, key))
    .map((key) => members[key]);
}

/** `enum Level { Low }` is `{ Low: 0, 0: 'Low' }` at run time, and `'Low'` is no value of it. */
function isReverseMapping(members: Readonly<Record<string, unknown>>, key: string): boolean {
  const name = members[key];
  return String(Number(key)) === key && typeof name === 'string' && members[name] === Number(key);
}
