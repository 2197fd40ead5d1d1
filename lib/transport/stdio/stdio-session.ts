import { concatMap, type Subscription } from 'rxjs';
import type { KeptSession } from '../../session/session-keeper.js';
import { callerOf } from '../../observe/caller-of.js';
import type { SessionRecord } from '../../session/session-record.js';
import { openStandaloneStream } from '../../broadcast/standalone-stream.js';
import { STREAM_START } from '../../stream/event-log.js';
import type { StreamEvent } from '../../stream/stream-event.js';
import type { LegacyServices } from '../legacy-services.js';

/**
 * The one legacy session of a stdio process. It is stored like any other session, so messages to sessions reach this
 * client too. The events that a GET carries over HTTP are written as lines here.
 */
export class StdioSession {
  readonly #kept: KeptSession;
  #stream: Subscription | undefined;

  /** @param record a session that has just been created */
  constructor(
    private readonly record: SessionRecord,
    private readonly services: LegacyServices,
  ) {
    // The session lives as long as the pipe: a client that is silent for an hour is still connected.
    this.#kept = services.keepSessionAlive(record);
  }

  /**
   * Starts to send the session's messages. The client cannot handle them before it has the response to `initialize`.
   */
  open(write: (json: string) => void): void {
    const cursor = `${STREAM_START}_${this.record.broadcastsFrom ?? STREAM_START}`;
    this.#stream = openStandaloneStream(this.services, this.record, cursor)
      // In order: describing a gap takes a moment, and no later message may overtake its notifications.
      .pipe(concatMap((event) => this.#messages(event)))
      .subscribe((messages) => messages.forEach(write));
  }

  /** Loads the session again, as its log level may have changed. Resolves with `undefined` if it has ended. */
  current(): Promise<SessionRecord | undefined> {
    return this.services.sessions.load(this.record);
  }

  async initialized(): Promise<void> {
    await this.services.sessions.update(this.record, { initialized: true });
  }

  async close(): Promise<void> {
    this.#kept.release();
    this.#stream?.unsubscribe();
    const { sessions, observer } = this.services;
    if (await sessions.end(this.record)) observer.sessionEnded(this.record, callerOf(undefined, undefined));
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
