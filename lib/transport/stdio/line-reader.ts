import type { Readable } from 'node:stream';

const NEWLINE = 10;

/**
 * Splits a byte stream into lines, each of which is one JSON-RPC message (D-1). A line over the limit is skipped to its
 * end and reported as `too-large`; the next one is read as usual.
 *
 * @param limit the longest line, bytes
 * @param onLine called with each line, without its line feed; blank lines are left out
 * @param onEnd called once, when there will be no more lines
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
  const finish = () => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  input.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      flush();
      start = end + 1;
    }
    add(chunk.subarray(start));
  });
  input.once('end', () => {
    // The last line may have no line feed, for example from a shell.
    flush();
    finish();
  });
  // A broken pipe emits no 'end'.
  input.once('error', finish);
  input.once('close', finish);
}
