import { randomBytes } from 'node:crypto';

/** What an SSE `id:` names: a stream of the caller's session and an entry in it. */
export interface EventId {
  readonly stream: string;
  readonly id: string;
}

/** The only shape that is ever written or accepted: no CR, LF or NUL can reach a header, a frame or a key (S9, P4). */
const EVENT_ID = /^([a-z][a-z0-9]{0,15})_((?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,9}))$/;
const LONGEST = 64;

/** Reveals its stream, as the spec wants (G-25), so that a resume needs no lookup to know what to replay. */
export const formatEventId = (stream: string, id: string): string => `${stream}_${id}`;

/** @returns `undefined` for everything this project did not write, spellings of a right id with leading zeros included. */
export function parseEventId(text: unknown): EventId | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined;
  const [, stream, id] = EVENT_ID.exec(text) ?? [];
  return stream === undefined || id === undefined ? undefined : { stream, id };
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz012345';

/**
 * A name for the stream of one POST: 75 random bits, so that instances need not ask each other.
 * 32 letters divide a byte evenly; with 36 some letters would come up more often.
 */
export function newStreamName(): string {
  let name = 'r';
  for (const byte of randomBytes(15)) name += ALPHABET[byte & 31];
  return name;
}
