import type { Redis } from 'ioredis';

export interface FsckOptions {
  /** The longest remaining TTL of a key whose session no longer exists, ms (3 600 000). */
  readonly orphanMs?: number;
  /** Time before the second inspection, which confirms problems, ms (250). */
  readonly confirmAfterMs?: number;
}

export interface FsckReport {
  /** The number of keys of each kind. */
  readonly keys: Readonly<Record<string, number>>;
  /** By server: bytes of the account of what is stored, and those found without what each thing costs beside its texts. */
  readonly stored: Readonly<Record<string, { readonly account: number; readonly found: number }>>;
  readonly problems: readonly string[];
}

export function fsck(redis: Redis, prefix: string, options?: FsckOptions): Promise<FsckReport>;
