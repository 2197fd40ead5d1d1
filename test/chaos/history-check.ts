import { textOf } from './text.js';

/** The outcome of an offer: `ok` acknowledged, `fail` refused before anything was sent, `info` unknown. */
export type Outcome = 'ok' | 'fail' | 'info';

export interface Offer {
  readonly stream: string;
  readonly producer: string;
  /** The number of this offer of its producer. */
  readonly n: number;
  /** Offers of one batch are concurrent; the next batch begins only after all outcomes of this one are known. */
  readonly batch: number;
  readonly outcome: Outcome;
}

/** An entry as a reader received it, or as the log stores it. */
export interface Entry {
  readonly id: string;
  readonly text: string;
}

/** An event that the reader of one stream received; these are in order of arrival. */
export type Received = (Entry & { readonly kind: 'message' }) | { readonly kind: 'gap' };

export interface History {
  readonly offers: readonly Offer[];
  readonly received: ReadonlyMap<string, readonly Received[]>;
  /** The entries of each stream that are still in the log, oldest first. */
  readonly logged?: ReadonlyMap<string, readonly Entry[]>;
}

export interface CheckResult {
  readonly acked: number;
  readonly failed: number;
  readonly unknown: number;
  readonly delivered: number;
  /** Acknowledged but never delivered. */
  lost: number;
  duplicated: number;
  /** Delivered after a later entry of the log, or after a later message of its producer. */
  reordered: number;
  /** Delivered although it was never offered. */
  invented: number;
  /** Delivered although it was refused. */
  revived: number;
  /** In the log but not delivered, with an outcome that is not `ok`. */
  withheld: number;
  readonly gaps: readonly { readonly stream: string; readonly after?: string; readonly before?: string }[];
  /** Descriptions of the first few violations. */
  readonly examples: readonly string[];
}

/** The violations of a correct run. */
export const NO_VIOLATIONS = { lost: 0, duplicated: 0, reordered: 0, invented: 0, revived: 0, withheld: 0, gaps: [] };

const MOST_EXAMPLES = 5;

/** Compares offers with deliveries. Pure and independent: it uses no code of the package that it checks. */
export function checkHistory({ offers, received, logged = new Map() }: History): CheckResult {
  const count = (wanted: Outcome) => offers.filter(({ outcome }) => outcome === wanted).length;
  const examples: string[] = [];
  const result = {
    ...{ acked: count('ok'), failed: count('fail'), unknown: count('info'), delivered: 0 },
    ...{ lost: 0, duplicated: 0, reordered: 0, invented: 0, revived: 0, withheld: 0 },
    gaps: [] as { stream: string; after?: string; before?: string }[],
    examples,
  };
  const violated = (kind: Exclude<keyof typeof NO_VIOLATIONS, 'gaps'>, stream: string, text: string): void => {
    result[kind]++;
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
        result.gaps.push({ stream, after: newest, before: next?.id });
        continue;
      }
      const { id, text } = event;
      result.delivered++;
      if (places.has(text)) {
        violated('duplicated', stream, text);
        continue;
      }
      places.set(text, { id, at });
      if (!own.has(text)) violated('invented', stream, text);
      if (newest !== undefined && compare(id, newest) <= 0) misplaced.add(text);
      else newest = id;
    }

    const order = new ProducerOrder();
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

    for (const { id, text } of logged.get(stream) ?? []) {
      const place = places.get(text);
      if (place && place.id !== id) misplaced.add(text);
      // An acknowledged message is already counted as lost.
      if (!place && own.get(text)?.outcome !== 'ok') violated('withheld', stream, text);
    }
    for (const text of misplaced) violated('reordered', stream, text);
  }
  return result;
}

/** Checks the only guaranteed order: a message acknowledged before the next one was offered comes first. */
class ProducerOrder {
  readonly #producers = new Map<string, { batch: number; before: number; last: number }>();

  /** Called in the order of the offers. @returns whether this one arrived after all earlier batches */
  holds(producer: string, batch: number, at: number): boolean {
    const seen = this.#producers.get(producer) ?? { batch, before: -1, last: -1 };
    if (seen.batch !== batch) [seen.batch, seen.before] = [batch, seen.last];
    seen.last = Math.max(seen.last, at);
    this.#producers.set(producer, seen);
    return at > seen.before;
  }
}

/** Offers of each stream by their text, including streams that only received messages. */
function byStream(offers: readonly Offer[], received: ReadonlyMap<string, unknown>): Map<string, Map<string, Offer>> {
  const streams = new Map<string, Map<string, Offer>>([...received.keys()].map((stream) => [stream, new Map()]));
  for (const offer of offers) {
    let own = streams.get(offer.stream);
    if (!own) streams.set(offer.stream, (own = new Map()));
    own.set(textOf(offer), offer);
  }
  return streams;
}

/** Compares entry ids, which are `<milliseconds>-<n>`. */
function compare(a: string, b: string): number {
  const [aMs, aN] = a.split('-').map(Number) as [number, number];
  const [bMs, bN] = b.split('-').map(Number) as [number, number];
  return aMs - bMs || aN - bN;
}
