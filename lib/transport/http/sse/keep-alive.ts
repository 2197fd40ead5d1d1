/** What is told when nothing was sent for a while. */
export interface QuietStream {
  /** The beat of the last write. */
  lastBeat: number;
  keepAlive(): void;
}

/** How many times the streams are looked at in the time after which a quiet one is told. */
const BEATS = 4;

/**
 * Tells streams on which nothing was sent for some time. All streams share one timer, so that an idle stream holds none,
 * and a write costs no more than to remember the beat.
 */
export class KeepAlive {
  readonly #streams = new Set<QuietStream>();
  #timer: NodeJS.Timeout | undefined;
  #beat = 0;

  /** @param afterMs the longest time without any data, ms; a stream is told after three quarters of it at the earliest */
  constructor(private readonly afterMs: number) {}

  get beat(): number {
    return this.#beat;
  }

  add(stream: QuietStream): void {
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => this.#next(), this.afterMs / BEATS).unref();
  }

  remove(stream: QuietStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#beat++;
    for (const stream of this.#streams) if (this.#beat - stream.lastBeat >= BEATS) stream.keepAlive();
  }
}
