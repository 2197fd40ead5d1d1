/** `Mcp-Name` and `Mcp-Param-*` values (§1.4, B-1..B-5). */
const PREFIX = '=?base64?';
const SUFFIX = '?=';

/** What stands for a value that cannot be decoded. */
export const BAD_SENTINEL = Symbol('bad sentinel');

/** All that may come uncoded (B-2): anything else reads differently from one decoder to the next. */
const PLAIN = /^[\t\x20-\x7e]*$/;
/** Not `Number()`'s idea of one: a gateway that routes by the header may not know `0x2a` or `4.2e1`. */
const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a header value. A value without the exact prefix and suffix is a literal (B-1); a recognised sentinel that
 * is not canonical Base64 of valid UTF-8 is refused (B-3): `Buffer.from` alone would accept it.
 */
export function decodeHeaderValue(raw: string): string | typeof BAD_SENTINEL {
  const value = stripBlanks(raw);
  if (!PLAIN.test(value)) return BAD_SENTINEL;
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) {
    return value;
  }
  const coded = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(coded, 'base64');
  if (bytes.toString('base64') !== coded) return BAD_SENTINEL;
  try {
    return utf8.decode(bytes);
  } catch {
    return BAD_SENTINEL;
  }
}

/** Whether a decoded header says the same as a value of the body (X-6: integers compare as numbers). */
export function headerEquals(header: string, value: unknown): boolean {
  if (typeof value === 'string') return header === value;
  if (typeof value === 'boolean') return header === String(value);
  if (typeof value === 'number') return DECIMAL.test(header) && Number(header) === value && !isRounded(value);
  return false;
}

/**
 * Takes away optional whitespace around a field value (H-7); `trim()` would take away more than proxies do. By hand, as
 * `/[ \t]+$/` takes quadratic time on blanks in the middle.
 */
export function stripBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Beyond 2^53 different decimals are one number. */
const isRounded = (value: number): boolean => Math.abs(value) > Number.MAX_SAFE_INTEGER;
