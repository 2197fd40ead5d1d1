import { createHash } from 'node:crypto';
import type { ResourceContents } from '../../protocol/content.js';
import { mediaTypeOf } from './media-types.js';

/** One file of a skill as it is served: what is read always fits the digest that is told. */
export interface SkillFile {
  readonly mimeType: string;
  /** `sha256:` and the digest of the bytes. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** Text if the bytes are UTF-8, and the bytes otherwise. */
  readonly content: string | Uint8Array;
}

export function skillFile(path: string, bytes: Uint8Array): SkillFile {
  const content = textOf(bytes) ?? bytes;
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const mimeType = mediaTypeOf(path) ?? (typeof content === 'string' ? 'text/plain' : 'application/octet-stream');
  return { mimeType, digest, size: bytes.byteLength, content };
}

export const contentsOf = ({ mimeType, content }: SkillFile, uri: string): ResourceContents =>
  typeof content === 'string'
    ? { uri, mimeType, text: content }
    : { uri, mimeType, blob: Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64') };

// A mark at the beginning belongs to the bytes of the digest.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
