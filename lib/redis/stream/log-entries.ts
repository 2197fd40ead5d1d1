import type { LogEntry } from '../../stream/event-log.js';

/** An entry as the append script writes it: `p` previous, `t` version and kind, `d` text, `o` bytes before it. */
export type RawEntry = [
  id: string,
  fields: [p: string, previous: string, t: string, kind: string, d: string, data: string, ...string[]],
];

/** @returns `undefined` for an entry of another version: the next one does not link, so the reader sees a gap (F18) */
export function readEntry([id, [p, previous, t, kind, d, data]]: RawEntry): LogEntry | undefined {
  if (p !== 'p' || t !== 't' || d !== 'd' || (kind !== '1' && kind !== '1f')) return undefined;
  return { id, previous, data, final: kind === '1f' };
}

/** Parses a final message in the format `id previous text`. */
export function readFinal(text: string): LogEntry | undefined {
  const [id, previous] = text.split(' ', 2);
  if (!id || !previous) return undefined;
  return { id, previous, data: text.slice(id.length + previous.length + 2), final: true };
}
