/** The longest time in which messages were accepted and none was delivered: a stopped fleet would lose nothing, too. */
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
