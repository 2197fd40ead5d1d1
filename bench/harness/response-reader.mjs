const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';
const NO_BODY = /^HTTP\/1\.1 (?:202|204) /;

/** Finds the end of each HTTP/1.1 response on a socket with at most one request in flight. */
export class ResponseReader {
  #text = '';
  #bodyAt = -1;
  #length;

  /** @param onResponse called with the text of each response */
  constructor(onResponse) {
    this.onResponse = onResponse;
  }

  get isWaiting() {
    return this.#text !== '';
  }

  push(chunk) {
    // latin1 keeps one character per byte, so lengths of the text are lengths on the wire.
    this.#text += chunk.latin1Slice();
    if (this.#bodyAt < 0) this.#readHead();
    if (this.#bodyAt < 0 || !this.#isComplete()) return;
    const text = this.#text;
    this.#text = '';
    this.#bodyAt = -1;
    this.onResponse(text);
  }

  #readHead() {
    const headEnd = this.#text.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#text.slice(0, headEnd + 2);
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    this.#length = length === undefined ? (!isChunked && NO_BODY.test(head) ? 0 : undefined) : Number(length);
    this.#bodyAt = headEnd + HEAD_END.length;
  }

  #isComplete() {
    if (this.#length !== undefined) return this.#text.length >= this.#bodyAt + this.#length;
    return this.#text.endsWith(LAST_CHUNK);
  }
}
