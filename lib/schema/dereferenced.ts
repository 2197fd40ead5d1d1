import { isRecord } from './dto/is-record.js';
import { localRef } from './local-ref.js';
import type { JsonSchema } from './schema.js';

type Draft = Record<string, unknown>;

/**
 * The schema with what it refers to in place of the references, so that it can become a part of another one. A recursive
 * schema becomes an object with cycles, which cannot be written as JSON.
 */
export function dereferenced(root: JsonSchema): JsonSchema {
  const copies = new Map<object, Draft>();
  const copyOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copyOf);
    if (!isRecord(value)) return value;
    const known = copies.get(value);
    if (known) return known;
    const copy: Draft = {};
    copies.set(value, copy);
    const { $ref, ...rest } = value as Draft;
    for (const [key, inner] of Object.entries(rest)) define(copy, key, copyOf(inner));
    const target = typeof $ref === 'string' ? localRef($ref, root) : undefined;
    if (target !== undefined) copy['allOf'] = [...((copy['allOf'] as unknown[] | undefined) ?? []), copyOf(target)];
    return copy;
  };
  return copyOf(root) as JsonSchema;
}

/** A property may be called `__proto__`. */
const define = (object: Draft, key: string, value: unknown): void =>
  void Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
