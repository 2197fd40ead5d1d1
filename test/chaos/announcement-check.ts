import { type Announced, resourceOf } from './announcer.js';
import { type CheckResult, checkHistory, type Entry, type Offer, type Received } from './history-check.js';

export interface AnnouncementHistory {
  /** By announcer. */
  readonly announced: ReadonlyMap<string, Announced>;
  /** The whole broadcast log, oldest first. */
  readonly logged: readonly Entry[];
  /** By session. */
  readonly received: ReadonlyMap<string, readonly Received[]>;
}

/**
 * Compares what was announced with the log, and the log with what each session received. Broadcasts are known by their
 * texts; updates and list changes are known by their entries, so that each entry counts as acknowledged.
 */
export function checkAnnouncements({ announced, logged, received }: AnnouncementHistory): CheckResult {
  const unnamed = logged.filter(({ id, text }) => text.endsWith(` ${id}`));
  const numbers = new Map(unnamed.map(({ text }, n) => [text, n]));
  /** The texts that `textOf()` gives their offers. */
  const named = <E extends { readonly text: string }>(entry: E): E => {
    const n = numbers.get(entry.text);
    return n === undefined ? entry : { ...entry, text: `entry ${n}` };
  };
  const offersTo = (stream: string): Offer[] => [
    ...[...announced].flatMap(([producer, { broadcasts }]) => broadcasts.map((one) => ({ ...one, stream, producer }))),
    ...unnamed.map((_, n): Offer => ({ stream, producer: 'entry', n, batch: n, outcome: 'ok' })),
  ];
  const result = checkHistory({
    offers: [...received.keys()].flatMap(offersTo),
    received: new Map(
      [...received].map(([stream, events]) => [
        stream,
        events.map((event) => (event.kind === 'gap' ? event : named(event))),
      ]),
    ),
    logged: new Map([...received.keys()].map((stream) => [stream, logged.map(named)])),
  });
  // Updates look alike, so that those which were acknowledged and never stored can only be counted.
  for (const [announcer, { updates }] of announced) {
    const stored = unnamed.filter(({ text }) => text.startsWith(`${resourceOf(announcer)} `)).length;
    result.lost += Math.max(0, updates - stored);
  }
  return result;
}
