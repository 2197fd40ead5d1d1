import type { Readable } from 'node:stream';

/** The part of a writable stream that is used here. */
export interface Sink {
  write(text: string, written?: () => void): boolean;
  on(event: 'error' | 'close' | 'drain', listener: () => void): unknown;
}

/**
 * Writes one message per line. While the client does not read, its input is paused, so that responses pile up only for
 * requests that were read already.
 */
export class LineWriter {
  #open = true;

  /** Resolves when the client has closed its end (EPIPE), which is not a fault of the server. */
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

  /** @param json a message without line breaks */
  write(json: string): void {
    if (this.#open && !this.output.write(`${json}\n`)) this.input.pause();
  }

  /** Resolves when everything that was written has left this process. */
  async flush(): Promise<void> {
    if (!this.#open) return;
    await Promise.race([this.broken, new Promise<void>((resolve) => this.output.write('', resolve))]);
  }
}
