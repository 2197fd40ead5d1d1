import type { Readable } from 'node:stream';

const NEWLINE = 10;

/**
 * Cuts a byte stream into lines, one JSON-RPC message each (D-1). A line over the limit is skipped to its end and
 * reported as `too-large`; the next one is read as usual.
 *
 * @param onLine called with each line without its line break; empty lines are left out
 */
export function readLines(
  input: Readable,
  limit: number,
  onLine: (line: Buffer | 'too-large') => void,
  onEnd: () => void,
): void {
  let parts: Buffer[] = [];
  let size = 0;
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
    flush();
    onEnd();
  });
  input.once('error', onEnd);
}
