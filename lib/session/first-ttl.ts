import type { SessionRecord } from './session-record.js';

/** Idle time after which a session ends that was never used, ms. */
const UNUSED_TTL_MS = 120_000;

/** How long a session lives until its first use: a client that never gets past `initialize` must not hold its place. */
export const firstTtlMs = ({ initialized }: SessionRecord, idleTtlMs: number): number =>
  initialized ? idleTtlMs : Math.min(idleTtlMs, UNUSED_TTL_MS);
