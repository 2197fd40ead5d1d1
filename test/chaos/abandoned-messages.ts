import type { Entry, History, Offer, Received } from './history-check.js';
import { textOf } from './text.js';

/** Adds entry ids from the log, because official clients do not expose the ids they receive. */
export function withIds(received: readonly Received[], logged: readonly Entry[]): Received[] {
  const ids = new Map(logged.map(({ id, text }) => [text, id]));
  return received.map((one) => (one.kind === 'message' ? { ...one, id: ids.get(one.text) ?? '0-0' } : one));
}

export interface AdjustedHistory extends Required<Pick<History, 'offers' | 'logged'>> {
  readonly abandoned: number;
}

/**
 * Excludes messages that were stored after the last one a client received before it gave up its stream: only the client
 * could have prevented their loss. Everything before is checked as for other clients.
 */
export function excludeAbandoned(history: Required<History>, gaveUp: ReadonlySet<string>): AdjustedHistory {
  const logged = new Map(history.logged);
  const excluded = new Set<string>();
  for (const stream of gaveUp) {
    const log = history.logged.get(stream) ?? [];
    const received = new Set(history.received.get(stream)?.map((one) => (one.kind === 'message' ? one.text : '')));
    const end = log.findLastIndex(({ text }) => received.has(text)) + 1;
    logged.set(stream, log.slice(0, end));
    for (const { text } of log.slice(end)) excluded.add(`${stream} ${text}`);
  }
  const isExcluded = (offer: Offer): boolean => excluded.has(`${offer.stream} ${textOf(offer)}`);
  const offers = history.offers.filter((offer) => !isExcluded(offer));
  const abandoned = history.offers.filter((offer) => offer.outcome === 'ok' && isExcluded(offer)).length;
  return { offers, logged, abandoned };
}
