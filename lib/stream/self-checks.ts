/** A stream that reads its log after a quiet time. */
export interface QuietReader {
  /** The beat at which that is planned; 0 while nothing is. It belongs to `SelfChecks`. */
  checkedAt: number;
  /** The time has come. */
  selfCheck(): void;
}

const BEAT_MS = 100;

/** Plans the self-checks of streams. All share one timer, as one for each stream would take a quarter of a kilobyte of it. */
export class SelfChecks {
  readonly #planned = new Map<number, Set<QuietReader>>();
  #timer: NodeJS.Timeout | undefined;
  #beat = 1;

  /** The time, in tenths of a second. It stands still while nothing is planned. */
  get beat(): number {
    return this.#beat;
  }

  /**
   * Plans the next check of a reader, in place of the one that is planned.
   *
   * @param beats a whole number
   */
  plan(reader: QuietReader, beats: number): void {
    this.cancel(reader);
    const beat = this.#beat + Math.max(1, beats);
    reader.checkedAt = beat;
    const others = this.#planned.get(beat);
    if (others) others.add(reader);
    else this.#planned.set(beat, new Set([reader]));
    this.#timer ??= setInterval(() => this.#next(), BEAT_MS).unref();
  }

  cancel(reader: QuietReader): void {
    const { checkedAt } = reader;
    if (checkedAt === 0) return;
    reader.checkedAt = 0;
    const readers = this.#planned.get(checkedAt)!;
    readers.delete(reader);
    if (readers.size > 0) return;
    this.#planned.delete(checkedAt);
    if (this.#planned.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#beat++;
    for (const reader of this.#planned.get(this.#beat) ?? []) {
      this.cancel(reader);
      reader.selfCheck();
    }
  }
}

/** The number of beats in a time. */
export const beatsIn = (ms: number): number => Math.ceil(ms / BEAT_MS);

/** One for the process, which has one timer then. */
export const SELF_CHECKS = new SelfChecks();
