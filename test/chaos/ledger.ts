import { textOf } from './text.js';

/** Whether an offer was taken: `ok` acknowledged, `fail` refused before anything was sent, `info` nobody knows. */
export type Outcome = 'ok' | 'fail' | 'info';

export interface Offer {
  readonly stream: string;
  readonly producer: string;
  /** A producer counts its offers per stream. */
  readonly n: number;
  /** Offers that were under way at the same time; those of the next batch only after the outcome of all of these. */
  readonly batch: number;
  readonly outcome: Outcome;
}

/** An entry as a reader got it, or as the log keeps it. */
export interface Entry {
  readonly id: string;
  readonly text: string;
}

/** What a reader of one stream got, in the order in which it came. */
export type Received = (Entry & { readonly kind: 'message' }) | { readonly kind: 'gap' };

export interface History {
  readonly offers: readonly Offer[];
  readonly received: ReadonlyMap<string, readonly Received[]>;
  /** What the log still has of each stream, the oldest first. */
  readonly kept?: ReadonlyMap<string, readonly Entry[]>;
}

export interface Verdict {
  readonly acked: number;
  readonly failed: number;
  readonly unknown: number;
  readonly delivered: number;
  /** Acknowledged and never delivered. */
  lost: number;
  duplicated: number;
  /** Delivered behind a later entry of the log, or behind a later message of its producer. */
  reordered: number;
  /** Delivered although nobody offered it. */
  invented: number;
  /** Delivered although its producer was told that it was refused. */
  revived: number;
  /** In the log and not delivered, whatever its producer knows of it. */
  withheld: number;
  readonly gaps: readonly { readonly stream: string; readonly after?: string; readonly before?: string }[];
  /** The first few violations, in words. */
  readonly examples: readonly string[];
}

/** What no run may have. */
export const WHOLE = { lost: 0, duplicated: 0, reordered: 0, invented: 0, revived: 0, withheld: 0, gaps: [] };

const MOST_EXAMPLES = 5;

/** Compares what was offered with what arrived. Pure, and a judge of its own: it uses nothing of what it judges. */
export function check({ offers, received, kept = new Map() }: History): Verdict {
  const count = (wanted: Outcome) => offers.filter(({ outcome }) => outcome === wanted).length;
  const examples: string[] = [];
  const verdict = {
    ...{ acked: count('ok'), failed: count('fail'), unknown: count('info'), delivered: 0 },
    ...{ lost: 0, duplicated: 0, reordered: 0, invented: 0, revived: 0, withheld: 0 },
    gaps: [] as { stream: string; after?: string; before?: string }[],
    examples,
  };
  const violated = (kind: Exclude<keyof typeof WHOLE, 'gaps'>, stream: string, text: string): void => {
    verdict[kind]++;
    if (examples.length < MOST_EXAMPLES) examples.push(`${kind}: "${text}" of ${stream}`);
  };

  for (const [stream, own] of byStream(offers, received)) {
    const events = received.get(stream) ?? [];
    const places = new Map<string, { readonly id: string; readonly at: number }>();
    const misplaced = new Set<string>();
    let newest: string | undefined;
    for (const [at, event] of events.entries()) {
      if (event.kind === 'gap') {
        const next = events.find((one, i) => i > at && one.kind === 'message') as Entry | undefined;
        verdict.gaps.push({ stream, after: newest, before: next?.id });
        continue;
      }
      const { id, text } = event;
      verdict.delivered++;
      if (places.has(text)) {
        violated('duplicated', stream, text);
        continue;
      }
      places.set(text, { id, at });
      if (!own.has(text)) violated('invented', stream, text);
      if (newest !== undefined && compare(id, newest) <= 0) misplaced.add(text);
      else newest = id;
    }

    const order = new Order();
    for (const [text, { outcome, producer, batch }] of own) {
      const place = places.get(text);
      if (outcome === 'fail' && place) violated('revived', stream, text);
      if (outcome !== 'ok') continue;
      if (!place) {
        violated('lost', stream, text);
        continue;
      }
      if (!order.holds(producer, batch, place.at)) misplaced.add(text);
    }

    for (const { id, text } of kept.get(stream) ?? []) {
      const place = places.get(text);
      if (place && place.id !== id) misplaced.add(text);
      // An acknowledged one is counted as lost already.
      if (!place && own.get(text)?.outcome !== 'ok') violated('withheld', stream, text);
    }
    for (const text of misplaced) violated('reordered', stream, text);
  }
  return verdict;
}

/** Only what was acknowledged before the next was offered has an order that anybody may rely on. */
class Order {
  readonly #producers = new Map<string, { batch: number; before: number; last: number }>();

  /** Asked in the order of the offers. @returns whether this one came behind all of the batches before it */
  holds(producer: string, batch: number, at: number): boolean {
    const seen = this.#producers.get(producer) ?? { batch, before: -1, last: -1 };
    if (seen.batch !== batch) [seen.batch, seen.before] = [batch, seen.last];
    seen.last = Math.max(seen.last, at);
    this.#producers.set(producer, seen);
    return at > seen.before;
  }
}

/** Offers of each stream by their text; streams that only received something as well. */
function byStream(offers: readonly Offer[], received: ReadonlyMap<string, unknown>): Map<string, Map<string, Offer>> {
  const streams = new Map<string, Map<string, Offer>>([...received.keys()].map((stream) => [stream, new Map()]));
  for (const offer of offers) {
    let own = streams.get(offer.stream);
    if (!own) streams.set(offer.stream, (own = new Map()));
    own.set(textOf(offer), offer);
  }
  return streams;
}

/** Orders `<milliseconds>-<n>`. */
function compare(a: string, b: string): number {
  const [aMs, aN] = a.split('-').map(Number) as [number, number];
  const [bMs, bN] = b.split('-').map(Number) as [number, number];
  return aMs - bMs || aN - bN;
}
