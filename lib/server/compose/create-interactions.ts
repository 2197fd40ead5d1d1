import type { Logger } from '@nestjs/common';
import { Interactions } from '../../interaction/interactions.js';
import { RequestStates } from '../../interaction/request-state.js';
import type { Observer } from '../../observe/observer.js';
import { REQUEST_STATE_TTL_MS, type ResolvedOptions } from '../../options/resolve-options.js';
import type { Backends } from '../../backends/backends.js';

/** Creates the service through which this server's methods ask their clients for input. */
export function createInteractions(
  { pending, nonces, keyRing }: Backends,
  options: ResolvedOptions,
  logger: Logger,
  observer: Observer,
): Interactions {
  const { name: server, requestState = {}, inputTimeoutMs: timeoutMs, maxInputRounds: maxRounds } = options;
  const { ttlMs = REQUEST_STATE_TTL_MS, singleUse = false } = requestState;
  const states = new RequestStates(keyRing, ttlMs, singleUse ? nonces : undefined);
  return new Interactions({ server, logger, states, pending, timeoutMs, maxRounds, observer });
}
