/** Runs something now and then for as long as the process lives anyway. @returns a function that stops it. */
export function sweepEvery(ms: number, sweep: () => void): () => void {
  const timer = setInterval(sweep, ms).unref();
  return () => clearInterval(timer);
}

/** Lazy expiry already keeps the answers right; the sweep only returns memory, so it need not be punctual. */
export const sweepPeriodMs = (ttlMs: number): number => Math.max(100, Math.min(ttlMs, 30_000));
