import { types } from 'node:util';
import { InvalidOutputError } from './invalid-output.js';

/** What JSON turns into nothing, or into something that nobody expects, and what to return instead. */
const CURES: readonly (readonly [is: (value: unknown) => boolean, what: string, cure: string])[] = [
  [(value) => types.isMap(value), 'a Map', 'return Object.fromEntries(map)'],
  [(value) => types.isSet(value), 'a Set', 'return [...set]'],
  [(value) => types.isNativeError(value), 'an Error', 'throw it, or return its message'],
  [
    (value) => ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value),
    'bytes',
    'return a string, or content with Base64 data',
  ],
  [(value) => types.isPromise(value), 'a Promise', 'await it'],
  [(value) => typeof value === 'function', 'a function', 'leave it out, or call it'],
  [(value) => typeof value === 'symbol', 'a symbol', 'return its description'],
  [(value) => typeof value === 'bigint', 'a bigint', 'return String(value)'],
];

/** Nearly everything is, and needs no closer look. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Deep enough for any result; beyond it JSON itself says what is wrong, such as a circle. */
const MAX_DEPTH = 100;

/**
 * Finds what JSON cannot represent. `JSON.stringify` writes a Map as `{}` and leaves functions out, so a client would
 * get a result that looks right and is not.
 *
 * @throws {InvalidOutputError} with the path of the value, what it is, and what to return instead
 */
export function requireRepresentable(value: unknown, path = 'the returned value', depth = 0): void {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return;
  }
  if (value === null) return;
  for (const [is, what, cure] of isPlain(value) ? [] : CURES) {
    if (is(value)) throw new InvalidOutputError(`${path} is ${what}, which JSON cannot represent: ${cure}`);
  }
  if (depth > MAX_DEPTH || typeof (value as { toJSON?: unknown }).toJSON === 'function') return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) requireRepresentable(item, `${path}[${i}]`, depth + 1);
    return;
  }
  for (const [key, member] of Object.entries(value as object)) {
    // A method or symbol of an object is no data; leaving it out is what everybody expects of JSON.
    if (typeof member !== 'function' && typeof member !== 'symbol')
      requireRepresentable(member, `${path}.${key}`, depth + 1);
  }
}
