import type { Caller } from './caller.js';

/** Something that a call has asked its client, and that is not answered yet. */
export interface OpenQuestion {
  readonly id: string;
  /** The instance whose call waits. */
  readonly instance: string;
  /** `CallRecord.id` of the call that asks, if it runs in one. */
  readonly call?: string;
  /** `elicitation`, `sampling` or `roots`. */
  readonly kind: string;
  /** By the clock of the instance, ms since the epoch. */
  readonly askedAt: number;
  /** The tool or prompt that asks. */
  readonly name?: string;
  readonly caller: Caller;
}
