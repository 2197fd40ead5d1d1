/**
 * The stateless MCP revision, which this package serves as the "modern" era.
 *
 * @publicApi
 */
export const MODERN_REVISION = '2026-07-28';

/**
 * The MCP revisions with sessions that begin with `initialize`, newest first. The "legacy" era.
 *
 * @publicApi
 */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/**
 * A revision of the legacy era.
 *
 * @publicApi
 */
export type LegacyRevision = (typeof LEGACY_REVISIONS)[number];

/**
 * Any MCP revision this package serves.
 *
 * @publicApi
 */
export type Revision = LegacyRevision | typeof MODERN_REVISION;

/**
 * `modern`: each request is self-contained. `legacy`: a session begins with `initialize`.
 *
 * @publicApi
 */
export type Era = 'modern' | 'legacy';

/** `server/discover` and error `-32022` both list these. One constant keeps them from differing (T-8, A-3). */
export const MODERN_REVISIONS: readonly string[] = [MODERN_REVISION];

/** The revision assumed for a legacy message that has neither a session nor a version header (§6.3). */
export const FALLBACK_REVISION: LegacyRevision = '2025-03-26';

const LEGACY = new Set<string>(LEGACY_REVISIONS);

export const isLegacyRevision = (version: unknown): version is LegacyRevision =>
  typeof version === 'string' && LEGACY.has(version);

/** Every version that sorts at or after the modern one claims the modern era, even `v999.0.0` (T-7). */
export const looksModern = (version: string): boolean => version >= MODERN_REVISION;

/** The revision `initialize` agrees on: the requested one if it is supported, otherwise the newest legacy one (G-1). */
export const negotiate = (requested: unknown): LegacyRevision =>
  isLegacyRevision(requested) ? requested : LEGACY_REVISIONS[0];

/** The features a revision has on the wire (§2.6). */
export interface RevisionTraits {
  readonly annotations: boolean;
  readonly audio: boolean;
  readonly batches: boolean;
  readonly titles: boolean;
  readonly resourceLinks: boolean;
  readonly structuredContent: 'none' | 'object' | 'any';
  readonly icons: boolean;
  /** The `execution` field of tools and the `tasks` capability, which the extension superseded. */
  readonly execution: boolean;
  readonly completions: boolean;
  readonly progressMessage: boolean;
  readonly priming: boolean;
}

const since = (revision: Revision): Omit<RevisionTraits, 'batches'> => ({
  annotations: revision >= '2025-03-26',
  audio: revision >= '2025-03-26',
  completions: revision >= '2025-03-26',
  progressMessage: revision >= '2025-03-26',
  titles: revision >= '2025-06-18',
  resourceLinks: revision >= '2025-06-18',
  structuredContent: revision >= MODERN_REVISION ? 'any' : revision >= '2025-06-18' ? 'object' : 'none',
  icons: revision >= '2025-11-25',
  execution: revision === '2025-11-25',
  priming: revision === '2025-11-25',
});

export const TRAITS: Readonly<Record<Revision, RevisionTraits>> = Object.fromEntries(
  [MODERN_REVISION, ...LEGACY_REVISIONS].map((r) => [r, { ...since(r as Revision), batches: r === '2025-03-26' }]),
) as Record<Revision, RevisionTraits>;
