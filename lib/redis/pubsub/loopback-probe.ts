export interface ProbeOptions {
  readonly intervalMs: number;
  /** Whether there is a connection to publish on: without one nothing can be said about hearing. */
  readonly canPublish: () => boolean;
  /** Publishes on the instance's own channel. */
  readonly publish: (mark: string) => Promise<void>;
  /** What was published has not been heard for a whole interval. */
  readonly onSilence: () => void;
}

/** How long a message to oneself may be on its way before the line looks bad, ms. */
const ROUND_TRIP_MS = 1000;

/**
 * Finds a subscription that is silent although its connection looks well (F8): a message to oneself does not come back.
 * A PING would come back, and prove nothing. A line that swallows what is published is found as well (F7).
 */
export class LoopbackProbe {
  readonly #options: ProbeOptions;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #sentAt = 0;
  #received = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs).unref();
  }

  /** Whether everything that was sent has come back, but for what may be on its way. */
  get healthy(): boolean {
    return this.#received >= this.#sent || performance.now() - this.#sentAt < ROUND_TRIP_MS;
  }

  received(mark: string): void {
    this.#received = Math.max(this.#received, Number(mark) || 0);
  }

  /** A new connection owes nothing. */
  reset(): void {
    this.#received = this.#sent;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#received < this.#sent) {
      this.reset();
      return this.#options.onSilence();
    }
    if (!this.#options.canPublish()) return;
    this.#sentAt = performance.now();
    this.#options.publish(`${++this.#sent}`).catch(() => undefined);
  }
}
