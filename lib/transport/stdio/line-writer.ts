import type { Readable } from 'node:stream';

/** What is used of a writable stream. */
export interface Sink {
  write(text: string, written?: () => void): boolean;
  on(event: 'error' | 'close' | 'drain', listener: () => void): unknown;
}

/**
 * Writes one message a line. While the client does not read, nothing more is read from it either: so answers pile up
 * only as far as requests were taken.
 */
export class LineWriter {
  #open = true;

  /** Resolves when the client does not read any more, and never will (EPIPE): no fault of the server. */
  readonly broken: Promise<void>;

  constructor(
    private readonly output: Sink,
    private readonly input: Readable,
  ) {
    this.broken = new Promise((resolve) => {
      const close = () => {
        this.#open = false;
        resolve();
      };
      output.on('error', close);
      output.on('close', close);
    });
    output.on('drain', () => input.resume());
  }

  /** @param json one line */
  write(json: string): void {
    if (this.#open && !this.output.write(`${json}\n`)) this.input.pause();
  }

  /** @returns once everything that was written is out of this process */
  async flush(): Promise<void> {
    if (!this.#open) return;
    await Promise.race([this.broken, new Promise<void>((resolve) => this.output.write('', resolve))]);
  }
}
