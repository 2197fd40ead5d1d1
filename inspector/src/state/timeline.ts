import type { CallRecord } from '../../../lib/inspector/wire/call.js';

/** A row of a timeline. */
export interface Span {
  readonly what: string;
  readonly instance: string;
  /** The number of its instance in this timeline, for its colour. */
  readonly place: number;
  /** From the arrival of the call, ms. */
  readonly afterMs: number;
  /** Absent for a moment. */
  readonly milliseconds?: number;
  readonly detail?: string;
}

export interface Timeline {
  readonly spans: readonly Span[];
  readonly totalMs: number;
}

/** The call itself, and then its steps, wherever they happened. */
export function timelineOf({ instance, method, milliseconds, steps = [] }: CallRecord): Timeline {
  const places = [...new Set([instance, ...steps.map((step) => step.instance)])];
  const whole = { what: method, instance, place: 0, afterMs: 0, milliseconds };
  const parts = steps.map(({ what, instance: where, afterMs, milliseconds: ms, detail }): Span => ({
    what,
    instance: where,
    place: places.indexOf(where),
    afterMs,
    ...(ms !== null && { milliseconds: ms }),
    ...(detail !== undefined && { detail }),
  }));
  const spans = [whole, ...parts];
  return { spans, totalMs: Math.max(...spans.map((span) => span.afterMs + (span.milliseconds ?? 0))) };
}
