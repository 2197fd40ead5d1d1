import { invalidParams } from '../protocol/errors.js';
import type { CatalogKind } from './entries.js';

const PREFIX = 'v1';

/**
 * A page's cursor names the last entry before it, so any instance can go on from it, also after entries came or went,
 * and nothing is kept between pages.
 */
export const encodeCursor = (kind: CatalogKind, lastKey: string): string =>
  Buffer.from(JSON.stringify([PREFIX, kind, lastKey])).toString('base64url');

/** @throws {McpError} `-32602` for anything this server did not make for this list; `""` is a cursor like any other */
export function decodeCursor(kind: CatalogKind, cursor: unknown): string {
  if (typeof cursor === 'string') {
    const parts = parse(Buffer.from(cursor, 'base64url').toString());
    if (parts && parts[1] === kind && encodeCursor(kind, parts[2]) === cursor) return parts[2];
  }
  throw invalidParams('Invalid cursor');
}

function parse(text: string): [string, string, string] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const valid = Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'string');
    return valid ? (value as [string, string, string]) : undefined;
  } catch {
    return undefined;
  }
}
