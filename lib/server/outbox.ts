import { type LogLevel, passes } from '../protocol/log-levels.js';
import { BackendUnavailableError } from '../session/backend-unavailable.js';
import type { SessionKey, SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { type EventLog, STANDALONE_STREAM } from '../stream/event-log.js';

/**
 * The outcome of sending a message to a session: `delivered` to an open stream, `stored` until the client opens one,
 * `filtered` because the client wants more severe messages only, or `unknown` because the session does not exist.
 *
 * @publicApi
 */
export type DeliveryOutcome = 'delivered' | 'stored' | 'filtered' | 'unknown';

/** One log message. It is serialized when the first session needs it. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

interface QueuedLine {
  readonly line: LogLine;
  readonly resolve: (outcome: DeliveryOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** The most session ids whose owner is cached; the owner of a session never changes. */
const MAX_OWNERS = 10_000;

/**
 * Sends log lines to sessions, with one queue per session. Lines that are queued while the session is being loaded are
 * sent together after the next load, in their order, so that a flood of lines costs one load for many.
 */
export class Outbox {
  readonly #owners = new Map<string, SessionKey>();
  readonly #queues = new Map<string, QueuedLine[]>();
  #waiting = 0;

  constructor(
    private readonly sessions: SessionStore,
    private readonly log: EventLog,
    /** The most queued lines of all sessions together; they pile up while a store is unavailable (P10). */
    private readonly maxWaiting = 100_000,
  ) {}

  /** @param key the key of the session, if the caller has it already */
  send(id: string, line: LogLine, key?: SessionKey): Promise<DeliveryOutcome> {
    if (this.#waiting >= this.maxWaiting) {
      return Promise.reject(new BackendUnavailableError('Too many messages are waiting to be sent to sessions.'));
    }
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const queued = { line, resolve, reject };
      const queue = this.#queues.get(id);
      if (queue) return void queue.push(queued);
      this.#queues.set(id, [queued]);
      queueMicrotask(() => void this.#drainQueue(id, key));
    });
  }

  async #append(key: SessionKey, text: string): Promise<DeliveryOutcome> {
    const outcome = await this.log.append(key, STANDALONE_STREAM, text);
    if (outcome.kind !== 'appended') return 'unknown';
    return outcome.listening ? 'delivered' : 'stored';
  }

  async #drainQueue(id: string, known: SessionKey | undefined): Promise<void> {
    const queue = this.#queues.get(id)!;
    while (queue.length > 0) {
      const lines = queue.splice(0);
      try {
        const key = known ?? (await this.#ownerOf(id));
        const session = key && (await this.sessions.peekRecent(key));
        if (!session) this.#owners.delete(id);
        const sent = lines.map(({ line, resolve, reject }) => this.#sendLine(session, line).then(resolve, reject));
        await Promise.all(sent);
      } catch (error) {
        for (const { reject } of lines) reject(error);
      }
      this.#waiting -= lines.length;
    }
    this.#queues.delete(id);
  }

  async #sendLine(session: SessionRecord | undefined, line: LogLine): Promise<DeliveryOutcome> {
    if (!session) return 'unknown';
    return passes(line.level, session.logLevel) ? this.#append(session, line.text) : 'filtered';
  }

  async #ownerOf(id: string): Promise<SessionKey | undefined> {
    const key = this.#owners.get(id) ?? (await this.sessions.find(id));
    if (!key) return undefined;
    // Moves the entry to the end, so that the first one is the least recently used.
    this.#owners.delete(id);
    this.#owners.set(id, key);
    for (const oldest of this.#owners.keys()) {
      if (this.#owners.size <= MAX_OWNERS) break;
      this.#owners.delete(oldest);
    }
    return key;
  }
}
