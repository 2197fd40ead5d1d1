/** The stateless revision this package serves as "modern". */
export const MODERN_REVISION = '2026-07-28';

/** Revisions that begin with `initialize`, newest first. */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

export type LegacyRevision = (typeof LEGACY_REVISIONS)[number];
export type Revision = LegacyRevision | typeof MODERN_REVISION;
export type Era = 'modern' | 'legacy';

/** What `server/discover` lists and `-32022` repeats: one constant, so that they cannot differ (T-8, A-3). */
export const MODERN_REVISIONS: readonly string[] = [MODERN_REVISION];

/** Assumed for a legacy message without session and without version header (§6.3). */
export const FALLBACK_REVISION: LegacyRevision = '2025-03-26';

const LEGACY = new Set<string>(LEGACY_REVISIONS);

export const isLegacyRevision = (version: unknown): version is LegacyRevision =>
  typeof version === 'string' && LEGACY.has(version);

/** Any version that sorts at or after the modern one is a modern claim, `v999.0.0` included (T-7). */
export const looksModern = (version: string): boolean => version >= MODERN_REVISION;

/** The revision `initialize` settles on: the one asked for if it is served, else the newest legacy one (G-1). */
export const negotiate = (requested: unknown): LegacyRevision =>
  isLegacyRevision(requested) ? requested : LEGACY_REVISIONS[0];

/** What a revision allows on the wire (§2.6). */
export interface RevisionTraits {
  readonly annotations: boolean;
  readonly audio: boolean;
  readonly batches: boolean;
  readonly titles: boolean;
  readonly resourceLinks: boolean;
  readonly structuredContent: 'none' | 'object' | 'any';
  readonly icons: boolean;
  /** `execution` of tools, and the `tasks` capability: superseded by the extension. */
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
