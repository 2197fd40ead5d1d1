/** Nothing lost is worth nothing if nothing arrives: how long, at worst, offers were taken and nothing was delivered. */
export class Liveness {
  #since: number | undefined;
  worstMs = 0;

  offered(now = performance.now()): void {
    this.#since ??= now;
    this.worstMs = Math.max(this.worstMs, Math.round(now - this.#since));
  }

  delivered(): void {
    this.#since = undefined;
  }
}
