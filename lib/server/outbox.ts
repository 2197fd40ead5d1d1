import { type LogLevel, passes } from '../protocol/log-levels.js';
import { BackendUnavailableError } from '../session/backend-unavailable.js';
import type { SessionKey, SessionRecord } from '../session/session-record.js';
import type { SessionStore } from '../session/session-store.js';
import { type EventLog, STANDALONE_STREAM } from '../stream/event-log.js';

/**
 * What became of a message to a session: `delivered` to an open stream, `stored` until the client opens one, `filtered`
 * because the client asked for more severe messages only, or `unknown`: there is no such session.
 */
export type DeliveryOutcome = 'delivered' | 'stored' | 'filtered' | 'unknown';

/** One log message, made into text when the first session wants it. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

interface Waiting {
  readonly line: LogLine;
  readonly resolve: (outcome: DeliveryOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Session ids whose owner is remembered: it never changes. */
const MAX_OWNERS = 10_000;
/**
 * Log lines on their way to sessions. What is said to a session while it is being looked at goes out after the next look,
 * all of it at once and in the order in which it was said, so that a flood costs one look and one append for many.
 */
export class Outbox {
  readonly #owners = new Map<string, SessionKey>();
  readonly #queues = new Map<string, Waiting[]>();
  #waiting = 0;

  constructor(
    private readonly sessions: SessionStore,
    private readonly log: EventLog,
    /** Lines on their way, of all sessions together: a store may be away (P10). */
    private readonly maxWaiting = 100_000,
  ) {}

  /** @param key where the caller has it already */
  send(id: string, line: LogLine, key?: SessionKey): Promise<DeliveryOutcome> {
    if (this.#waiting >= this.maxWaiting) {
      return Promise.reject(new BackendUnavailableError('Too many messages are on their way to sessions.'));
    }
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const waiting = { line, resolve, reject };
      const queue = this.#queues.get(id);
      if (queue) return void queue.push(waiting);
      this.#queues.set(id, [waiting]);
      queueMicrotask(() => void this.#work(id, key));
    });
  }

  async append(key: SessionKey, text: string): Promise<DeliveryOutcome> {
    const outcome = await this.log.append(key, STANDALONE_STREAM, text);
    if (outcome.kind !== 'appended') return 'unknown';
    return outcome.listening ? 'delivered' : 'stored';
  }

  async #work(id: string, known: SessionKey | undefined): Promise<void> {
    const queue = this.#queues.get(id)!;
    while (queue.length > 0) {
      const lines = queue.splice(0);
      try {
        const key = known ?? (await this.#ownerOf(id));
        const session = key && (await this.sessions.peek(key));
        if (!session) this.#owners.delete(id);
        const said = lines.map(({ line, resolve, reject }) => this.#sendLine(session, line).then(resolve, reject));
        await Promise.all(said);
      } catch (error) {
        for (const { reject } of lines) reject(error);
      }
      this.#waiting -= lines.length;
    }
    this.#queues.delete(id);
  }

  async #sendLine(session: SessionRecord | undefined, line: LogLine): Promise<DeliveryOutcome> {
    if (!session) return 'unknown';
    return passes(line.level, session.logLevel) ? this.append(session, line.text) : 'filtered';
  }

  async #ownerOf(id: string): Promise<SessionKey | undefined> {
    const key = this.#owners.get(id) ?? (await this.sessions.find(id));
    if (!key) return undefined;
    // The one that was used last goes last.
    this.#owners.delete(id);
    this.#owners.set(id, key);
    for (const oldest of this.#owners.keys()) {
      if (this.#owners.size <= MAX_OWNERS) break;
      this.#owners.delete(oldest);
    }
    return key;
  }
}
