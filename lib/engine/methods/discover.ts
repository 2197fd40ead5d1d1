import type { CacheHint } from '../../protocol/definitions.js';
import { NO_CACHE } from '../../protocol/definitions.js';
import { MODERN_REVISION, MODERN_REVISIONS } from '../../protocol/revisions.js';
import type { Capabilities } from '../capabilities.js';
import type { Method } from '../method.js';

/** `server/discover`. The server's name is in the `_meta` of the result, not in its body (T-13). */
export const discover = (
  capabilities: Capabilities,
  instructions: string | undefined,
  cache: CacheHint = NO_CACHE,
): Method => ({
  name: 'server/discover',
  eras: ['modern'],
  run: () => ({
    supportedVersions: MODERN_REVISIONS,
    capabilities: capabilities.describe(MODERN_REVISION),
    instructions,
    ttlMs: cache.ttlMs,
    cacheScope: cache.scope,
  }),
});
