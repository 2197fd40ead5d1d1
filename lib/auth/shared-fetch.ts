/** After a failure nobody is asked again for this long, ms: requests would only pile up in front of an ill issuer. */
const FAILURE_COOL_DOWN_MS = 5000;

/**
 * Something that is fetched when it is needed, and kept. All that need it at the same time share one fetch. What is old
 * is still used while nothing newer can be had, up to twelve times its age.
 */
export class SharedFetch<T extends object> {
  #value: T | undefined;
  #fetchedAt = -Infinity;
  #failure: { readonly at: number; readonly error: unknown } | undefined;
  #running: Promise<T> | undefined;

  constructor(
    private readonly load: () => Promise<T>,
    private readonly maxAgeMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How long ago it was fetched, ms; infinite before. */
  get ageMs(): number {
    return this.now() - this.#fetchedAt;
  }

  async get(): Promise<T> {
    if (this.#value && this.ageMs < this.maxAgeMs) return this.#value;
    try {
      return await this.refresh();
    } catch (error) {
      if (this.#value && this.ageMs < 12 * this.maxAgeMs) return this.#value;
      throw error;
    }
  }

  /** Fetches it anew, unless that has just failed. */
  refresh(): Promise<T> {
    if (this.#running) return this.#running;
    if (this.#failure && this.now() - this.#failure.at < FAILURE_COOL_DOWN_MS)
      return Promise.reject(this.#failure.error);
    const running = this.#load().finally(() => (this.#running = undefined));
    this.#running = running;
    return running;
  }

  async #load(): Promise<T> {
    try {
      const value = await this.load();
      this.#value = value;
      this.#fetchedAt = this.now();
      this.#failure = undefined;
      return value;
    } catch (error) {
      this.#failure = { at: this.now(), error };
      throw error;
    }
  }
}
