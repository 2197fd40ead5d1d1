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

/** Two types that must both hold: `integer` within `number`, otherwise what they share. */
function bothTypes(a: unknown, b: unknown): unknown {
  const left = [a].flat() as string[];
  const right = [b].flat() as string[];
  const has = (types: string[], type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const shared = [...new Set([...left.filter((t) => has(right, t)), ...right.filter((t) => has(left, t))])];
  return shared.length === 1 ? shared[0] : shared.length > 1 ? shared : undefined;
}

/**
 * Both schemas at once, flat while that says the same, `allOf` where two keywords of one name meet: an `@IsInt` and a
 * `@Min` should read as one line, not as a proof.
 */
export function merge(into: Record<string, unknown>, more: JsonSchema): void {
  const clash: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(more)) {
    const there = into[keyword];
    if (there === undefined || JSON.stringify(there) === JSON.stringify(value)) into[keyword] = value;
    else if (keyword === 'type') {
      const type = bothTypes(there, value);
      if (type === undefined) clash[keyword] = value;
      else into[keyword] = type;
    } else if (keyword === 'allOf') into[keyword] = [...(there as unknown[]), ...(value as unknown[])];
    else if (tightest[keyword]) into[keyword] = tightest[keyword](there as number, value as number);
    else clash[keyword] = value;
  }
  if (Object.keys(clash).length > 0) into['allOf'] = [...((into['allOf'] as unknown[]) ?? []), clash];
}
