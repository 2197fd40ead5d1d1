import { BroadcastFeed } from '../../../lib/broadcast/broadcast-feed.js';
import type { Broadcast } from '../../../lib/broadcast/broadcast.js';
import { openStandaloneStream } from '../../../lib/broadcast/standalone-stream.js';
import { ALL_SESSIONS, STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import type { SessionRecord } from '../../../lib/session/session-record.js';
import type { MemoryEventLogOptions } from '../../../lib/memory/memory-event-log.js';
import { ALICE, Connection, rig } from '../stream/rig.js';

export const SESSION: SessionRecord = {
  ...ALICE,
  revision: '2025-11-25',
  clientCapabilities: {},
  initialized: true,
  broadcastsFrom: '0-0',
};

/** A store, a log, a faulty broker, and the feed of one instance. Needs fake timers. */
export function broadcastRig(limits: Partial<MemoryEventLogOptions> = {}) {
  const r = rig(limits);
  const report = (error: unknown): void => void r.reported.push(error);
  const newFeed = (): BroadcastFeed => {
    const feed = new BroadcastFeed({ log: r.log, broker: r.broker, report });
    void feed.start();
    return feed;
  };
  let feed = newFeed();
  return {
    ...r,
    feed: () => feed,
    /** As on another instance, which remembers nothing. */
    restartFeed(): void {
      feed.close();
      feed = newFeed();
    },
    async announce(broadcast: Broadcast): Promise<string> {
      const outcome = await r.log.append(ALL_SESSIONS, STANDALONE_STREAM, JSON.stringify(broadcast));
      if (outcome.kind !== 'appended') throw new Error(`The broadcast log is ${outcome.kind}`);
      return outcome.id;
    },
    open: (cursor?: string) =>
      new StandaloneConnection(
        openStandaloneStream({ log: r.log, broker: r.broker, sessions: r.store, feed, report }, SESSION, cursor),
      ),
    close() {
      feed.close();
      r.close();
    },
  };
}

export type BroadcastRig = ReturnType<typeof broadcastRig>;

/** One connection to a standalone stream, and what it received. */
export class StandaloneConnection extends Connection {
  /** The notifications, each by its data, URI or list, and `gap` for a gap. */
  get told(): unknown[] {
    return this.events.flatMap((event) => {
      if (event.kind === 'gap') return ['gap'];
      if (event.kind !== 'message') return [];
      const { method, params } = JSON.parse(event.data) as { method?: string; params?: Record<string, unknown> };
      return [params?.['data'] ?? params?.['uri'] ?? method];
    });
  }

  /** The position that the client would come back with. */
  get cursor(): string {
    let cursor = '';
    for (const event of this.events) {
      if (event.kind === 'message') cursor = event.id;
      else if (event.kind !== 'end') cursor = event.cursor;
    }
    return cursor;
  }
}
