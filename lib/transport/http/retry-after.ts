import type { OutgoingHttpHeaders } from 'node:http';

/** Seconds after which a refused client should try again, by cause. */
const RETRY_AFTER_S = {
  /** This instance is full or shutting down; the load balancer may choose another one. */
  capacity: 1,
  /** A store or broker cannot be reached; requests wait for it before they are refused. */
  backendUnavailable: 2,
  /** The server holds as many sessions as it may; sessions expire when they are idle. */
  sessionLimit: 5,
  /** This instance holds as many event streams as it may. */
  streamLimit: 5,
} as const;

/** The `Retry-After` header that goes with a 503 (RFC 9110, section 10.2.3). */
export const retryAfter = (cause: keyof typeof RETRY_AFTER_S): OutgoingHttpHeaders => ({
  'retry-after': String(RETRY_AFTER_S[cause]),
});

/** The same for a client that has used up a limit, which knows when it may come back. */
export const retryAfterMs = (ms: number): OutgoingHttpHeaders => ({ 'retry-after': String(Math.ceil(ms / 1000)) });
