/** What rings on a session's channel. The log is the truth; a signal only says where to look (and saves the look when it can). */
export type StreamSignal =
  /** An entry was appended; `data` is there when it was small enough to travel along. */
  | {
      readonly kind: 'entry';
      readonly stream: string;
      readonly id: string;
      readonly previous: string;
      readonly final: boolean;
      readonly data?: string;
    }
  /** A newer connection took the stream. */
  | { readonly kind: 'claimed'; readonly stream: string; readonly fence: number }
  /** The session is over. */
  | { readonly kind: 'ended' };

/** Entries above this many characters ring without their text. */
export const SIGNAL_PAYLOAD_LIMIT = 8192;

/** One line, built so that a script of the backend can write it too: `e <stream> <id> <previous> <0|1> [payload]`. */
export function encodeStreamSignal(signal: StreamSignal): string {
  switch (signal.kind) {
    case 'entry': {
      const head = `e ${signal.stream} ${signal.id} ${signal.previous} ${signal.final ? 1 : 0}`;
      return signal.data === undefined || signal.data.length > SIGNAL_PAYLOAD_LIMIT ? head : `${head} ${signal.data}`;
    }
    case 'claimed':
      return `c ${signal.stream} ${signal.fence}`;
    case 'ended':
      return 'x';
  }
}

/** What one message of a session's channel says: entries that were appended together ring together, a line each. */
export function decodeStreamSignals(message: string): (StreamSignal | undefined)[] {
  return message.includes('\n') ? message.split('\n').map(decodeStreamSignal) : [decodeStreamSignal(message)];
}

/** Ids of a signal go to clients as they are; no other text may. */
const ENTRY_ID = /^[0-9]{1,16}-[0-9]{1,10}$/;

/** @returns `undefined` for a line this version does not know: the reader then looks into the log (F18). */
export function decodeStreamSignal(line: string): StreamSignal | undefined {
  if (line === 'x') return { kind: 'ended' };
  const [kind, stream, third, previous, final] = line.split(' ', 5);
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
