import type { Logger } from '@nestjs/common';
import { Interactions } from '../interaction/interactions.js';
import { KeyRing } from '../interaction/key-ring.js';
import { RequestStates } from '../interaction/request-state.js';
import type { ResolvedOptions } from '../mcp.resolved-options.js';
import type { Backends } from './backends.js';

/** How this server's methods ask their clients. */
export function createInteractions(
  { pending, nonces }: Backends,
  options: ResolvedOptions,
  logger: Logger,
): Interactions {
  const { name: server, requestState = {}, inputTimeoutMs: timeoutMs, maxInputRounds: maxRounds } = options;
  const { keys, ttlMs = 600_000, singleUse = false } = requestState;
  const states = new RequestStates(new KeyRing(keys), ttlMs, singleUse ? nonces : undefined);
  return new Interactions({ server, logger, states, pending, timeoutMs, maxRounds });
}
