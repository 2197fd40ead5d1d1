const SENTINEL = /^=\?base64\?.*\?=$/;
/** Visible ASCII, with spaces and tabs only inside. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** A value as a header of the modern revision carries it: as it is, or as Base64 of its UTF-8 between markers (B-1, B-2). */
export function encodeHeader(value: string): string {
  if (PLAIN.test(value) && !SENTINEL.test(value)) return value;
  const bytes = new TextEncoder().encode(value);
  return `=?base64?${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}?=`;
}

interface Annotated {
  readonly properties?: Readonly<Record<string, Annotated>>;
  readonly 'x-mcp-header'?: unknown;
}

/** The headers `Mcp-Param-*` of a call: arguments that the tool's schema wants repeated there. */
export function parameterHeaders(schema: unknown, args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  const visit = ({ properties = {} }: Annotated, values: unknown): void => {
    if (typeof values !== 'object' || values === null) return;
    for (const [name, property] of Object.entries(properties)) {
      const value = (values as Record<string, unknown>)[name];
      if (value === undefined || value === null) continue;
      const header = property['x-mcp-header'];
      if (typeof header === 'string')
        headers[`mcp-param-${header.toLowerCase()}`] = encodeHeader(
          typeof value === 'string' ? value : JSON.stringify(value),
        );
      visit(property, value);
    }
  };
  visit((schema ?? {}) as Annotated, args);
  return headers;
}
