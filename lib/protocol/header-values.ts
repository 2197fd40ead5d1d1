/** `Mcp-Name` and `Mcp-Param-*` values (§1.4, B-1..B-5). */
const PREFIX = '=?base64?';
const SUFFIX = '?=';

/** Returned in place of a value that cannot be decoded. */
export const BAD_SENTINEL = Symbol('bad sentinel');

/** The characters allowed without encoding (B-2). Decoders disagree about any other character. */
const PLAIN = /^[\t\x20-\x7e]*$/;
/** Stricter than `Number()`: a gateway that routes by the header may not understand `0x2a` or `4.2e1`. */
const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a header value. A value without the exact prefix and suffix is literal (B-1). A value with both must be the
 * canonical Base64 of valid UTF-8, otherwise it is rejected (B-3). `Buffer.from` alone would accept it.
 */
export function decodeHeaderValue(raw: string): string | typeof BAD_SENTINEL {
  const value = stripBlanks(raw);
  if (!PLAIN.test(value)) return BAD_SENTINEL;
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length) {
    return value;
  }
  const encoded = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return BAD_SENTINEL;
  try {
    return utf8.decode(bytes);
  } catch {
    return BAD_SENTINEL;
  }
}

/** Whether a decoded header equals a value of the body. Integers are compared as numbers. */
export function headerEquals(header: string, value: unknown): boolean {
  if (typeof value === 'string') return header === value;
  if (typeof value === 'boolean') return header === String(value);
  if (typeof value === 'number') return DECIMAL.test(header) && Number(header) === value && !isRounded(value);
  return false;
}

/**
 * Strips optional whitespace around a field value (H-7). `trim()` would strip more than proxies do, and the regular
 * expression `/[ \t]+$/` takes quadratic time on blanks in the middle.
 */
export function stripBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Beyond 2^53 different decimals become the same number. */
const isRounded = (value: number): boolean => Math.abs(value) > Number.MAX_SAFE_INTEGER;
