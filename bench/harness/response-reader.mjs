const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** Finds the end of each HTTP/1.1 response on a socket with at most one request in flight. */
export class ResponseReader {
  constructor(onResponse) {
    this.onResponse = onResponse;
    this.pending = '';
  }

  push(chunk) {
    // latin1 keeps one character per byte, so lengths of the text are lengths on the wire.
    this.pending += chunk.latin1Slice();
    const headEnd = this.pending.indexOf(HEAD_END);
    if (headEnd < 0 || !this.#isComplete(headEnd)) return;
    const succeeded = this.pending.startsWith('HTTP/1.1 200 ') && this.pending.includes('"result"', headEnd);
    this.pending = '';
    this.onResponse(succeeded);
  }

  #isComplete(headEnd) {
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.pending);
    if (length) return this.pending.length >= headEnd + HEAD_END.length + Number(length[1]);
    return this.pending.endsWith(LAST_CHUNK);
  }
}
