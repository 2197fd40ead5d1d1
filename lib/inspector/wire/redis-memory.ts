/** What one family of keys takes in Redis: an estimate from a sample. */
export interface KeyFamily {
  /** For example `sessions`, `streams`, `results`, `tasks`, `limits`. New words may come. */
  readonly family: string;
  /** Keys that were seen. */
  readonly keys: number;
  /** Keys among them that were measured. */
  readonly measured: number;
  /** Of all keys of the family, estimated from the measured ones. */
  readonly bytes: number;
  /** The largest one that was measured. */
  readonly largestBytes: number;
}

/**
 * What the server keeps in Redis, sampled while somebody watches; of a cluster, what all masters have together. `SCAN` sees
 * only the keys of this server.
 */
export interface RedisMemory {
  /** ms since the epoch. */
  readonly at: number;
  readonly families: readonly KeyFamily[];
  /** Whether all keys of the server were seen. Otherwise the work was bounded, and there are more. */
  readonly complete: boolean;
  /** Bytes that Redis uses in all, of all programs; `null` if its user may not ask. */
  readonly usedBytes: number | null;
  /** The limit of Redis in bytes; 0 for none, or none on one of the masters; `null` if its user may not ask. */
  readonly maxBytes: number | null;
  /** Commands that Redis ran in a second, of all programs; `null` if its user may not ask. */
  readonly commandsPerSecond: number | null;
}
