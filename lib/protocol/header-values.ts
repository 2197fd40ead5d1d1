/** `Mcp-Name` and `Mcp-Param-*` values (protocol.md §1.4, B-1..B-5). */
const PREFIX = '=?base64?';
const SUFFIX = '?=';

/** What is inside a sentinel that cannot be decoded. */
export const BAD_SENTINEL = Symbol('bad sentinel');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a header value. A value without the exact prefix and suffix is a literal (B-1); a recognised sentinel that
 * is not canonical Base64 of valid UTF-8 is refused (B-3): `Buffer.from` alone would accept it.
 */
export function decodeHeaderValue(raw: string): string | typeof BAD_SENTINEL {
  const value = raw.trim();
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
  if (typeof value === 'number') return header !== '' && Number(header) === value;
  return false;
}
