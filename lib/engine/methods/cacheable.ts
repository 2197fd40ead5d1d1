import type { CacheHint } from '../../protocol/definitions.js';
import { NO_CACHE } from '../../protocol/definitions.js';
import type { Era } from '../../protocol/revisions.js';

/** The cache members of the six cacheable results, with a leading comma. Legacy results have none. */
export const cacheMembers = (era: Era, hint: CacheHint = NO_CACHE): string =>
  era === 'modern' ? `,"ttlMs":${hint.ttlMs},"cacheScope":"${hint.scope}"` : '';
