/**
 * Runs a function periodically without keeping the process alive.
 *
 * @returns a function that stops it
 */
export function sweepEvery(ms: number, sweep: () => void): () => void {
  const timer = setInterval(sweep, ms).unref();
  return () => clearInterval(timer);
}

/**
 * The period of a sweep. Lookups already ignore expired entries, so a sweep only frees memory and need not be punctual.
 */
export const sweepPeriodMs = (ttlMs: number): number => Math.max(100, Math.min(ttlMs, 30_000));
