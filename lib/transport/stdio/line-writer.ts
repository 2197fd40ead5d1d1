import type { Readable } from 'node:stream';

/** What is used of a writable stream. */
export interface Sink {
  write(text: string): boolean;
  on(event: 'error', listener: () => void): unknown;
  once(event: 'drain', listener: () => void): unknown;
}

/**
 * Writes one message a line. While the client does not read, nothing more is read from it either: so answers pile up
 * only as far as requests were taken.
 */
export class LineWriter {
  #open = true;

  constructor(
    private readonly output: Sink,
    private readonly input: Readable,
  ) {
    // A client that is gone (EPIPE) is no fault of the server; the end of its output is what ends the connection.
    output.on('error', () => this.close());
  }

  /** @param json one line */
  write(json: string): void {
    if (!this.#open || this.output.write(`${json}\n`)) return;
    this.input.pause();
    this.output.once('drain', () => this.input.resume());
  }

  close(): void {
    this.#open = false;
  }
}
