import type { ToolDefinition } from '../../protocol/definitions.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** As a header value: coded where it would not survive (B-2). */
export const headerValue = (value: string): string =>
  PLAIN.test(value) && !value.startsWith('=?base64?') ? value : `=?base64?${Buffer.from(value).toString('base64')}?=`;

/** The headers in which a call repeats arguments, as the tool's schema demands. */
export function paramHeadersOf({ inputSchema }: ToolDefinition, args: JsonObject): Record<string, string> {
  return Object.fromEntries(
    annotated(inputSchema, args).map(([name, value]) => [
      `mcp-param-${name.toLowerCase()}`,
      headerValue(String(value)),
    ]),
  );
}

function annotated(schema: unknown, value: unknown): [name: string, value: unknown][] {
  if (!isObject(schema) || value === undefined || value === null) return [];
  const name = schema['x-mcp-header'];
  if (typeof name === 'string') return [[name, value]];
  if (!isObject(schema.properties) || !isObject(value)) return [];
  return Object.entries(schema.properties).flatMap(([key, one]) => annotated(one, value[key]));
}
