import type { Redis } from 'ioredis';

export interface FsckOptions {
  /** How long what a session owns may outlive it. */
  readonly orphanMs?: number;
  readonly confirmAfterMs?: number;
}

export interface FsckReport {
  /** How many keys there are of each kind. */
  readonly keys: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export function fsck(redis: Redis, prefix: string, options?: FsckOptions): Promise<FsckReport>;
