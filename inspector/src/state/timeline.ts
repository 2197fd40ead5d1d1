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

/**
 * Puts the records of one call together: first the call on each instance, each followed by its steps. Clocks of instances
 * differ by more than a hop takes, so what happened elsewhere begins where the first record says that it was handed over.
 */
export function timelineOf(records: readonly CallRecord[]): Timeline {
  const places = new Map<string, number>();
  const placeOf = (instance: string): number => {
    if (!places.has(instance)) places.set(instance, places.size);
    return places.get(instance)!;
  };
  const ordered = [...records].sort((a, b) => a.startedAt - b.startedAt);
  const begun = ordered[0]?.startedAt ?? 0;
  const spans = ordered.flatMap((record): Span[] => {
    const { instance, method, startedAt, milliseconds, steps = [] } = record;
    const shift =
      instance === ordered[0]!.instance ? startedAt - begun : (handover(ordered[0]!, instance) ?? startedAt - begun);
    const whole = { what: method, instance, place: placeOf(instance), afterMs: shift, milliseconds };
    const parts = steps.map((step): Span => {
      const { what, detail, afterMs, milliseconds: ms } = step;
      return {
        what,
        instance: step.instance,
        place: placeOf(step.instance),
        afterMs: shift + afterMs,
        ...(ms !== null && { milliseconds: ms }),
        ...(detail !== undefined && { detail }),
      };
    });
    return [whole, ...parts];
  });
  return { spans, totalMs: Math.max(0, ...spans.map(({ afterMs, milliseconds = 0 }) => afterMs + milliseconds)) };
}

const handover = ({ steps = [] }: CallRecord, to: string): number | undefined =>
  steps.find(({ instance }) => instance === to)?.afterMs;
