import type { Subscription } from 'rxjs';
import type { SessionRecord } from '../../session/session-record.js';
import { STANDING_STREAM, STREAM_START } from '../../stream/event-log.js';
import { openStream } from '../../stream/session-stream.js';
import type { LegacyServices } from '../legacy-services.js';

/**
 * The one legacy session of a stdio process. It is a session like any other, so whatever is sent to sessions reaches this
 * client too: what a GET carries over HTTP is written as lines here.
 */
export class StdioSession {
  readonly #stream: Subscription;
  readonly #release: () => void;

  constructor(
    private readonly record: SessionRecord,
    private readonly services: LegacyServices,
    write: (json: string) => void,
  ) {
    const { log, broker, report } = services;
    this.#stream = openStream({ log, broker, session: record, stream: STANDING_STREAM, cursor: STREAM_START, report }).subscribe(
      (event) => {
        if (event.kind === 'message') write(event.data);
      },
    );
    // The pipe is the session's life: a client that is silent for an hour is still there.
    this.#release = services.keepSession(record);
  }

  /** The session as it is now: its level may have been set since. */
  current(): Promise<SessionRecord | undefined> {
    return this.services.sessions.load(this.record);
  }

  async close(): Promise<void> {
    this.#release();
    this.#stream.unsubscribe();
    await this.services.sessions.end(this.record);
  }
}
