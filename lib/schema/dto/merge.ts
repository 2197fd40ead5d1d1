import type { JsonSchema } from '../schema.js';

const tightest: Record<string, (a: number, b: number) => number> = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
};

/** The intersection of two types. `integer` is a subset of `number`. */
function bothTypes(a: unknown, b: unknown): unknown {
  const left = [a].flat() as string[];
  const right = [b].flat() as string[];
  const has = (types: string[], type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const shared = [...new Set([...left.filter((t) => has(right, t)), ...right.filter((t) => has(left, t))])];
  return shared.length === 1 ? shared[0] : shared.length > 1 ? shared : undefined;
}

/**
 * Merges a schema into another one. The result is flat if possible, so that `@IsInt` and `@Min` are easy to read. It
 * uses `allOf` if both schemas have the same keyword with values that cannot be combined.
 */
export function merge(into: Record<string, unknown>, more: JsonSchema): void {
  const conflicts: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(more)) {
    const existing = into[keyword];
    if (existing === undefined || JSON.stringify(existing) === JSON.stringify(value)) into[keyword] = value;
    else if (keyword === 'type') {
      const type = bothTypes(existing, value);
      if (type === undefined) conflicts[keyword] = value;
      else into[keyword] = type;
    } else if (keyword === 'allOf') into[keyword] = [...(existing as unknown[]), ...(value as unknown[])];
    else if (tightest[keyword]) into[keyword] = tightest[keyword](existing as number, value as number);
    else conflicts[keyword] = value;
  }
  if (Object.keys(conflicts).length > 0) into['allOf'] = [...((into['allOf'] as unknown[]) ?? []), conflicts];
}
