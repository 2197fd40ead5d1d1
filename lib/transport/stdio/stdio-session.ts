import { concatMap, type Subscription } from 'rxjs';
import type { SessionRecord } from '../../session/session-record.js';
import { STANDALONE_STREAM, STREAM_START } from '../../stream/event-log.js';
import { openStream, type StreamEvent } from '../../stream/stream-reader.js';
import type { LegacyServices } from '../legacy-services.js';

/**
 * The one legacy session of a stdio process. It is a session like any other, so whatever is sent to sessions reaches this
 * client too: what a GET carries over HTTP is written as lines here.
 */
export class StdioSession {
  readonly #release: () => void;
  #stream: Subscription | undefined;

  /** @param record a session that was just created */
  constructor(
    private readonly record: SessionRecord,
    private readonly services: LegacyServices,
  ) {
    // The pipe is the session's life: a client that is silent for an hour is still there.
    this.#release = services.keepSessionAlive(record);
  }

  /** From here on the client is told what concerns its session; before it knows of the session it would not understand. */
  open(write: (json: string) => void): void {
    const { log, broker, report } = this.services;
    const opening = { log, broker, session: this.record, stream: STANDALONE_STREAM, cursor: STREAM_START, report };
    this.#stream = openStream(opening)
      // One after the other: a gap takes a moment to describe, and nothing may overtake its signal.
      .pipe(concatMap((event) => this.#messages(event)))
      .subscribe((messages) => messages.forEach(write));
  }

  /** The session as it is now: its level may have been set since. `undefined` when it is over. */
  current(): Promise<SessionRecord | undefined> {
    return this.services.sessions.load(this.record);
  }

  async initialized(): Promise<void> {
    await this.services.sessions.update(this.record, { initialized: true });
  }

  async close(): Promise<void> {
    this.#release();
    this.#stream?.unsubscribe();
    await this.services.sessions.end(this.record);
  }

  async #messages(event: StreamEvent): Promise<readonly string[]> {
    if (event.kind === 'message') return [event.data];
    if (event.kind !== 'gap') return [];
    try {
      return await this.services.gapNotifications((await this.current()) ?? this.record, event.reason);
    } catch (error) {
      this.services.report(error);
      return [];
    }
  }
}
