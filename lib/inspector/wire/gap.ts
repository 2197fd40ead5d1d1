/** A client was told that it missed messages, so that it reads again what it has. */
export interface GapRecord {
  readonly instance: string;
  /** By the clock of the instance, ms since the epoch. */
  readonly at: number;
  /** `SessionView.id`. */
  readonly session?: string;
  /** Why: one sentence. */
  readonly reason: string;
}
