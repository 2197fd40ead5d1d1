/**
 * A wake-up signal on the channel of a session. The event log is the source of truth: a signal only tells a reader that
 * there is something to read, and saves it the read if it carries the message itself.
 *
 * @publicApi
 */
export type StreamSignal =
  /** An entry was appended. `data` is present when it was small enough to be included. */
  | {
      readonly kind: 'entry';
      readonly stream: string;
      readonly id: string;
      readonly previous: string;
      readonly final: boolean;
      readonly data?: string;
    }
  /** A newer connection has claimed the stream. */
  | { readonly kind: 'claimed'; readonly stream: string; readonly fence: number }
  /**
   * The client has changed its subscriptions or its log level. `since` is present if it has subscribed to a resource:
   * the newest broadcast before that.
   */
  | { readonly kind: 'changed'; readonly since?: string }
  /** The session has ended. */
  | { readonly kind: 'ended' };

/** Signals of messages with more characters than this do not include the message. */
export const SIGNAL_PAYLOAD_LIMIT = 8192;

/**
 * Encodes a signal as one line of text, simple enough for a script of the backend to write:
 *
 * - `e <stream> <id> <previous> <0|1> [data]` for an entry; 1 marks the final message, and data of more than 8192
 *   characters is left out
 * - `c <stream> <fence>` for a claim
 * - `s [since]` for a change of the session
 * - `x` for the end of the session
 *
 * @example
 * ```ts
 * encodeStreamSignal({ kind: 'claimed', stream: 'g', fence: 3 }); // 'c g 3'
 * ```
 *
 * @publicApi
 */
export function encodeStreamSignal(signal: StreamSignal): string {
  switch (signal.kind) {
    case 'entry': {
      const head = `e ${signal.stream} ${signal.id} ${signal.previous} ${signal.final ? 1 : 0}`;
      return signal.data === undefined || signal.data.length > SIGNAL_PAYLOAD_LIMIT ? head : `${head} ${signal.data}`;
    }
    case 'claimed':
      return `c ${signal.stream} ${signal.fence}`;
    case 'changed':
      return signal.since === undefined ? 's' : `s ${signal.since}`;
    case 'ended':
      return 'x';
  }
}

/**
 * Decodes one message of a session's channel. Entries that were appended together arrive in one message, one signal per
 * line.
 *
 * @returns one element per line; `undefined` for a line this version does not know, after which a reader must read the
 * log (F18)
 *
 * @publicApi
 */
export function decodeStreamSignals(message: string): (StreamSignal | undefined)[] {
  return message.includes('\n') ? message.split('\n').map(decodeStreamSignal) : [decodeStreamSignal(message)];
}

/** The ids of a signal are sent to clients unchanged, so no other text may pass for one. */
const ENTRY_ID = /^[0-9]{1,16}-[0-9]{1,10}$/;

/** @returns `undefined` for a line this version does not know: the reader then reads the log (F18) */
export function decodeStreamSignal(line: string): StreamSignal | undefined {
  if (line === 'x') return { kind: 'ended' };
  if (line === 's') return { kind: 'changed' };
  const [kind, stream, third, previous, final] = line.split(' ', 5);
  if (kind === 's') return ENTRY_ID.test(stream!) ? { kind: 'changed', since: stream! } : undefined;
  if (!stream || !third) return undefined;
  if (kind === 'c') {
    const fence = Number(third);
    return Number.isSafeInteger(fence) ? { kind: 'claimed', stream, fence } : undefined;
  }
  if (kind !== 'e' || !previous || (final !== '0' && final !== '1')) return undefined;
  if (!ENTRY_ID.test(third) || !ENTRY_ID.test(previous)) return undefined;
  const headLength = 2 + stream.length + 1 + third.length + 1 + previous.length + 2;
  const data = line.length > headLength ? line.slice(headLength + 1) : undefined;
  return { kind: 'entry', stream, id: third, previous, final: final === '1', data };
}
