import { invalidParams } from '../protocol/errors.js';
import type { CatalogKind } from './entries.js';

const PREFIX = 'v1';

/** What a list is of. */
export type ListKind = CatalogKind | 'directory';

/**
 * The cursor of a page contains the key of the last entry before it. Any instance can continue from it, even after
 * entries were added or removed, and the server keeps no state between pages.
 */
export const encodeCursor = (kind: ListKind, lastKey: string): string =>
  Buffer.from(JSON.stringify([PREFIX, kind, lastKey])).toString('base64url');

/** @throws {McpError} `-32602` for a cursor that this server did not issue for this list, including `""` */
export function decodeCursor(kind: ListKind, cursor: unknown): string {
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
