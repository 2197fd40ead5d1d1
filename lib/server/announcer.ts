import { type Broadcast, notificationOf } from '../broadcast/broadcast.js';
import type { ListName } from '../catalog/catalog.js';
import type { LogLevel } from '../protocol/log-levels.js';
import type { SessionStore } from '../session/session-store.js';
import { ALL_SESSIONS, type EventLog, STANDALONE_STREAM } from '../stream/event-log.js';
import { forEachConcurrent } from './for-each-concurrent.js';
import { type DeliveryOutcome, type LogLine, Outbox } from './outbox.js';

export type { DeliveryOutcome };

/**
 * A log message for clients, sent as `notifications/message`.
 *
 * @publicApi
 */
export interface McpLogMessage {
  /** The severity. A session whose client set a higher level with `logging/setLevel` does not get it. */
  readonly level: LogLevel;
  /** The name of the part of the application that logs. Default: none. */
  readonly logger?: string;
  /** Any JSON value. It reaches clients, so it must not hold secrets (Z-13). */
  readonly data: unknown;
}

type ExtensionBroadcast = Extract<Broadcast, { type: 'notification' }>;

/** Outcomes from worst to best. */
const RANK: readonly DeliveryOutcome[] = ['unknown', 'filtered', 'stored', 'delivered'];

/** Time between two attempts to announce that a list has changed, ms. */
const RETRY_MS = 1000;

/**
 * Sends clients the messages that belong to no request. What is for all of them is appended to the broadcast log once,
 * from which each instance tells its clients. What is for one session is appended to the log of that session.
 */
export class Announcer {
  readonly #debounced = new Map<ListName, NodeJS.Timeout>();
  readonly #outbox: Outbox;
  #closed = false;

  constructor(
    private readonly sessions: SessionStore,
    private readonly log: EventLog,
    private readonly debounceMs: number,
    private readonly report: (error: unknown) => void,
  ) {
    this.#outbox = new Outbox(sessions, log);
  }

  /** Announces a burst of changes once, after a delay, so that the announcement follows the last of them (§3.3). */
  listChanged(list: ListName): void {
    if (!this.#debounced.has(list)) this.#announceAfter(this.debounceMs, list);
  }

  resourceUpdated(uri: string): Promise<void> {
    return this.#announce({ type: 'resource-updated', uri });
  }

  /** Announces a notification of an extension to the clients that want it. */
  notify(notification: ExtensionBroadcast): Promise<void> {
    return this.#announce(notification);
  }

  /** @returns the number of sessions */
  async broadcast({ level, logger, data }: McpLogMessage): Promise<number> {
    await this.#announce({ type: 'message', level, ...(logger !== undefined && { logger }), data });
    return this.sessions.count();
  }

  toSession(id: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#outbox.send(id, new MessageLine(message));
  }

  /** @returns the best outcome among the principal's sessions */
  async toPrincipal(principal: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    const line = new MessageLine(message);
    let best = 0;
    await forEachConcurrent(this.sessions.sessions({ principal }), async (key) => {
      const rank = RANK.indexOf(await this.#outbox.send(key.id, line, key));
      best = Math.max(best, rank);
    });
    return RANK[best]!;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#debounced.values()) clearTimeout(timer);
    this.#debounced.clear();
  }

  /** Until it is announced: nobody else knows that the list has changed. */
  #announceAfter(ms: number, list: ListName): void {
    const announce = (): void => {
      this.#debounced.delete(list);
      this.#announce({ type: 'list-changed', list }).catch((error: unknown) => {
        this.report(error);
        if (!this.#closed && !this.#debounced.has(list)) this.#announceAfter(RETRY_MS, list);
      });
    };
    this.#debounced.set(list, setTimeout(announce, ms).unref());
  }

  async #announce(broadcast: Broadcast): Promise<void> {
    await this.log.append(ALL_SESSIONS, STANDALONE_STREAM, JSON.stringify(broadcast));
  }
}

class MessageLine implements LogLine {
  #text: string | undefined;

  constructor(private readonly message: McpLogMessage) {}

  get level(): LogLevel {
    return this.message.level;
  }

  get text(): string {
    return (this.#text ??= notificationOf({ type: 'message', ...this.message }));
  }
}
