import type { Entry, History, Offer, Received } from './ledger.js';
import { textOf } from './text.js';

/** An official client does not tell the ids it got; the log knows them. */
export function withIds(received: readonly Received[], kept: readonly Entry[]): Received[] {
  const ids = new Map(kept.map(({ id, text }) => [text, id]));
  return received.map((one) => (one.kind === 'message' ? { ...one, id: ids.get(one.text) ?? '0-0' } : one));
}

export interface FairHistory extends Required<Pick<History, 'offers' | 'kept'>> {
  readonly abandoned: number;
}

/**
 * What was stored for a client behind the last message it got before it left its stream for good is nobody's loss but its
 * own. Everything up to there is judged as for anybody.
 */
export function setAside(history: Required<History>, deserters: ReadonlySet<string>): FairHistory {
  const kept = new Map(history.kept);
  const aside = new Set<string>();
  for (const stream of deserters) {
    const log = history.kept.get(stream) ?? [];
    const got = new Set(history.received.get(stream)?.map((one) => (one.kind === 'message' ? one.text : '')));
    const end = log.findLastIndex(({ text }) => got.has(text)) + 1;
    kept.set(stream, log.slice(0, end));
    for (const { text } of log.slice(end)) aside.add(`${stream} ${text}`);
  }
  const isAside = (offer: Offer): boolean => aside.has(`${offer.stream} ${textOf(offer)}`);
  const offers = history.offers.filter((offer) => !isAside(offer));
  const abandoned = history.offers.filter((offer) => offer.outcome === 'ok' && isAside(offer)).length;
  return { offers, kept, abandoned };
}
