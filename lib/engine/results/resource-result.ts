import { ResourceNotFoundError } from '../../protocol/errors.js';
import type { ReadResourceResult, ResourceContents } from '../../protocol/content.js';
import { requireRepresentable } from './representable.js';
import { isObject } from '../../protocol/messages.js';

const isContents = (value: unknown): value is ResourceContents =>
  isObject(value) &&
  typeof value.uri === 'string' &&
  (typeof value.text === 'string' || typeof value.blob === 'string');

/**
 * Turns a resource method's return value into a result. Bytes become a Base64 blob; other values become JSON text.
 *
 * @throws {ResourceNotFoundError} for `undefined` and `null`: empty contents must not stand for "not found" (SEP-2164)
 */
export function resourceResult(value: unknown, uri: string, mimeType: string | undefined): ReadResourceResult {
  if (value === undefined || value === null) throw new ResourceNotFoundError(uri);
  if (isObject(value) && Array.isArray(value.contents)) return value as unknown as ReadResourceResult;
  if (isContents(value)) return { contents: [value] };
  if (Array.isArray(value) && value.length > 0 && value.every(isContents)) return { contents: value };
  const bytes = value instanceof Uint8Array;
  if (!bytes) requireRepresentable(value);
  const type =
    mimeType ?? (bytes ? 'application/octet-stream' : typeof value === 'string' ? 'text/plain' : 'application/json');
  if (bytes) return { contents: [{ uri, mimeType: type, blob: Buffer.from(value).toString('base64') }] };
  return { contents: [{ uri, mimeType: type, text: typeof value === 'string' ? value : JSON.stringify(value) }] };
}
