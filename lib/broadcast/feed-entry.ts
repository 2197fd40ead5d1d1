import { type Broadcast, notificationOf, parseBroadcast } from './broadcast.js';

/** One entry of the broadcast log. */
export interface FeedEntry {
  readonly id: string;
  readonly previous: string;
  /** `undefined` for what this version does not know. */
  readonly broadcast: Broadcast | undefined;
  /** The notification for sessions, serialized once for all of them. */
  readonly text: string;
}

/** An entry as it is kept and passed on. */
export function feedEntry(id: string, previous: string, data: string): FeedEntry {
  const broadcast = parseBroadcast(data);
  return { id, previous, broadcast, text: broadcast ? notificationOf(broadcast) : '' };
}
