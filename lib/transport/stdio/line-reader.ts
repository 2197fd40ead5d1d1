import type { Readable } from 'node:stream';

const NEWLINE = 10;

/**
 * Cuts a byte stream into lines, one JSON-RPC message each (D-1). A line over the limit is skipped to its end and
 * reported as `too-large`; the next one is read as usual.
 *
 * @param onLine called with each line without its line feed; empty lines are left out
 * @param onEnd called once, when no more lines will come
 */
export function readLines(
  input: Readable,
  limit: number,
  onLine: (line: Buffer | 'too-large') => void,
  onEnd: () => void,
): void {
  let parts: Buffer[] = [];
  let size = 0;
  let ended = false;
  const add = (part: Buffer) => {
    size += part.length;
    if (size <= limit) parts.push(part);
    else parts = [];
  };
  const flush = () => {
    const line = size > limit ? 'too-large' : Buffer.concat(parts);
    parts = [];
    size = 0;
    if (line === 'too-large' || line.some((byte) => byte > 32)) onLine(line);
  };
  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  input.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, at));
      flush();
      start = at + 1;
    }
    add(chunk.subarray(start));
  });
  input.once('end', () => {
    // The last line may come without a line feed, from a shell for example.
    flush();
    end();
  });
  // A pipe that breaks has no 'end'.
  input.once('error', end);
  input.once('close', end);
}
