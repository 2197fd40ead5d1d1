export interface ProbeOptions {
  readonly intervalMs: number;
  /** Whether there is a connection to publish on. Without one, the probe can prove nothing. */
  readonly canPublish: () => boolean;
  /** Publishes on the instance's own channel. */
  readonly publish: (mark: string) => Promise<void>;
  /** Called when a published message was not received for a whole interval. */
  readonly onSilence: () => void;
  /** Called with the time that a message took to come back, ms. */
  readonly onRoundTrip: (milliseconds: number) => void;
}

/** How long a message may take to come back before the connection counts as unhealthy, ms. */
const ROUND_TRIP_MS = 1000;

/**
 * Detects a subscription that is silent although its connection looks healthy (F8), by sending messages to itself. A
 * PING would be answered and prove nothing. It also detects a connection that swallows what is published (F7).
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

  /** Whether every message was received, except one that may still be on its way. */
  get healthy(): boolean {
    return this.#received >= this.#sent || performance.now() - this.#sentAt < ROUND_TRIP_MS;
  }

  received(mark: string): void {
    const number = Number(mark) || 0;
    if (number === this.#sent && number > this.#received) {
      this.#options.onRoundTrip(performance.now() - this.#sentAt);
    }
    this.#received = Math.max(this.#received, number);
  }

  /** Forgets outstanding messages, because a new connection does not receive those of the previous one. */
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
