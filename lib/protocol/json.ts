import { isUtf8 } from 'node:buffer';

/** Why bytes were refused as JSON. */
export class JsonRefused extends Error {
  override readonly name = 'JsonRefused';
}

/**
 * Parses a body from the network. Refused are bytes that are not UTF-8, nesting beyond `maxDepth` (S7), more than
 * `maxMembers` members of objects and elements of arrays together, which cost time and memory out of proportion to their
 * bytes, and objects that name a key twice, since two parsers on the way may disagree on which one counts (S8).
 *
 * @throws {JsonRefused} with a sentence for the client.
 */
export function parseJson(bytes: Buffer, maxDepth: number, maxMembers = Infinity): unknown {
  if (!isUtf8(bytes)) throw new JsonRefused('the body is not valid UTF-8');
  return parseJsonText(bytes.toString('utf8'), maxDepth, maxMembers);
}

/** `parseJson` for text that is already decoded (stdio). */
export function parseJsonText(text: string, maxDepth: number, maxMembers = Infinity): unknown {
  const { depth, members, commas } = survey(text);
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
  if (countMembers(value) !== members) throw new JsonRefused('the JSON names a key twice in one object');
  return value;
}

const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const BACKSLASH = 92;

/** One pass over the text: how deep it nests, how many `key: value` pairs it spells out, and how many commas stand between values. */
function survey(text: string): { depth: number; members: number; commas: number } {
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

/** Index of the closing quote; the end of the text when there is none (JSON.parse refuses that later). */
function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) return i;
  }
  return text.length;
}

/** How many members survived parsing; fewer than were spelled out means that a key was repeated. Depth is bounded by now. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  for (const key of Object.keys(value)) count += 1 + countMembers((value as Record<string, unknown>)[key]);
  return count;
}
