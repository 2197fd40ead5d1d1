import type { Logger } from '@nestjs/common';
import { BackendAwayError } from '../session/backend-away.js';

/** How long an absence is not told again, ms. */
const QUIET_MS = 10_000;

/**
 * Logs failures that concern no request. A backend that is away fails everything at once and all the time, and whatever
 * failed is tried again: that is told once in a while.
 */
export function backgroundReporter(logger: Logger): (error: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!(error instanceof BackendAwayError)) {
      return logger.error('A background task failed', error instanceof Error ? error.stack : String(error));
    }
    if (performance.now() - toldAt < QUIET_MS) return;
    toldAt = performance.now();
    logger.warn(`Background work waits: ${error.reason}`);
  };
}
