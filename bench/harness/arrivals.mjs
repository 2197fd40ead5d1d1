import { nowMicros } from './clock.mjs';
import { percentile } from './statistics.mjs';

/** Counts arriving messages, records their latency, and resolves when all sent messages have arrived. */
export class Arrivals {
  #count = 0;
  #lastMicros = 0;
  #latencies = [];
  #expected = Infinity;
  #complete = () => {};

  arrived(stamp) {
    this.#lastMicros = nowMicros();
    this.#latencies.push(this.#lastMicros - Number(stamp));
    if (++this.#count >= this.#expected) this.#complete();
  }

  reset() {
    this.#count = 0;
    this.#latencies = [];
    this.#expected = Infinity;
  }

  /** @throws when a message is missing after `timeoutMs` */
  async all(expected, timeoutMs = 30_000) {
    this.#expected = expected;
    if (this.#count < expected) {
      await new Promise((resolve, reject) => {
        const onTimeout = () => reject(new Error(`${this.#count} of ${expected} messages arrived in time`));
        const timer = setTimeout(onTimeout, timeoutMs);
        this.#complete = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#count > expected) throw new Error(`${this.#count} messages arrived and only ${expected} were sent`);
    const [p50, p99] = [50, 99].map((percent) => percentile(this.#latencies, percent) / 1000);
    return { lastMicros: this.#lastMicros, p50Ms: p50, p99Ms: p99 };
  }
}
