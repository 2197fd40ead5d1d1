import { isUtf8 } from 'node:buffer';

/** A body that is not acceptable JSON. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
}

/**
 * Parses a body from the network. It rejects bytes that are not UTF-8, nesting beyond `maxDepth` (SEC7), more than
 * `maxMembers` members of objects or elements of arrays, which cost time and memory out of proportion to their bytes,
 * and objects with a duplicate key, because two parsers on the way may disagree about which value counts (SEC8).
 *
 * @throws {JsonRefused} with a message for the client
 */
export function parseJson(bytes: Buffer, maxDepth: number, maxMembers = Infinity): unknown {
  if (!isUtf8(bytes)) throw new JsonRefused('the body is not valid UTF-8');
  return parseJsonText(bytes.toString('utf8'), maxDepth, maxMembers);
}

/** `parseJson` for text that is already decoded (stdio). */
export function parseJsonText(text: string, maxDepth: number, maxMembers = Infinity): unknown {
  const { depth, members, commas } = measure(text);
  if (depth > maxDepth) throw new JsonRefused(`the JSON is nested deeper than ${maxDepth} levels`);
  if (members > maxMembers || commas > maxMembers) {
    throw new JsonRefused(`the JSON has more than ${maxMembers} members`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonRefused('the body is not valid JSON');
  }
  const kept = typeof value === 'object' && value !== null ? countMembers(value) : 0;
  if (kept !== members) throw new JsonRefused('the JSON has a duplicate key in an object');
  return value;
}

const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const BACKSLASH = 92;

/** Measures in one pass how deep the text nests, and how many `key: value` pairs and commas it contains. */
function measure(text: string): { depth: number; members: number; commas: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let commas = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i);
    } else if (c === COLON) {
      members++;
    } else if (c === COMMA) {
      commas++;
    } else if (c === 123 || c === 91) {
      if (++depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) {
      depth--;
    }
  }
  return { depth: deepest, members, commas };
}

/** Most strings end within so many characters, which are looked at one by one; a longer one is searched for its end. */
const NEAR = 64;

/** Index of the closing quote, or the end of the text if there is none, which JSON.parse rejects later. */
function endOfString(text: string, open: number): number {
  const near = Math.min(text.length, open + NEAR);
  let i = open + 1;
  for (; i < near; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) return i;
  }
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return text.length;
    let escapes = quote;
    while (escapes > i && text.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    // An even number of backslashes are escaped themselves.
    if ((quote - escapes) % 2 === 0) return quote;
    i = quote + 1;
  }
}

/**
 * Counts the members after parsing. Fewer members than the text contained mean that a key was repeated. The recursion
 * is safe, because the depth has been checked.
 */
function countMembers(value: object): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object' && element !== null) count += countMembers(element);
    return count;
  }
  // Without lists of keys or values, which are most of the time that it takes.
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    count++;
    const member: unknown = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && member !== null) count += countMembers(member);
  }
  return count;
}
