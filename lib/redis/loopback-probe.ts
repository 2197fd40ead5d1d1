export interface ProbeOptions {
  readonly intervalMs: number;
  /** Publishes on the instance's own channel. Rejects when that fails, which says nothing about hearing. */
  readonly publish: (mark: string) => Promise<void>;
  /** What was published has not been heard for a whole interval. */
  readonly silent: () => void;
}

/**
 * Finds a subscription that is silent although its connection looks well (F8): a message to oneself does not come back.
 * A PING would come back, and prove nothing.
 */
export class LoopbackProbe {
  readonly #options: ProbeOptions;
  readonly #timer: NodeJS.Timeout;
  #count = 0;
  #heard = 0;
  #sent = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs).unref();
  }

  /** Whether everything that was sent has come back. */
  get well(): boolean {
    return this.#heard >= this.#sent;
  }

  heard(mark: string): void {
    this.#heard = Math.max(this.#heard, Number(mark) || 0);
  }

  /** A new connection owes nothing. */
  reset(): void {
    this.#heard = this.#sent = this.#count;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.well) {
      this.reset();
      return this.#options.silent();
    }
    const mark = ++this.#count;
    this.#options.publish(`${mark}`).then(
      () => (this.#sent = Math.max(this.#sent, mark)),
      () => undefined,
    );
  }
}
