import { takeRandomBytes } from '../session/random-bytes.js';
import { STANDALONE_STREAM } from './event-log.js';

/** The content of an SSE `id:`: a stream of the caller's session and a position in it. */
export interface EventId {
  readonly stream: string;
  /** The id of an entry; on the standalone stream a position in two logs, see `standalone-stream.ts`. */
  readonly id: string;
}

/** The only format that is written or accepted: no CR, LF or NUL can reach a header, a frame or a key (SEC9, P4). */
const ENTRY_ID = String.raw`(?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,9})`;
const EVENT_ID = new RegExp(`^([a-z][a-z0-9]{0,15})_(${ENTRY_ID}(?:_${ENTRY_ID})?)$`);
const MAX_LENGTH = 80;

/** Formats an event id. It names its stream, as the spec requires (G-25), so that a resume needs no lookup. */
export const formatEventId = (stream: string, id: string): string => `${stream}_${id}`;

/** @returns `undefined` for any text this package did not write, including a valid id with leading zeros */
export function parseEventId(text: unknown): EventId | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  const [, stream, id] = EVENT_ID.exec(text) ?? [];
  if (stream === undefined || id === undefined) return undefined;
  return stream === STANDALONE_STREAM || !id.includes('_') ? { stream, id } : undefined;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz012345';

/**
 * Returns a name for the stream of one POST. It has 75 random bits, so that instances need not coordinate. The alphabet
 * has 32 letters because they divide a byte evenly; with 36, some letters would be more frequent than others.
 */
export function newStreamName(): string {
  let name = 'r';
  for (const byte of takeRandomBytes(15)) name += ALPHABET[byte & 31];
  return name;
}
