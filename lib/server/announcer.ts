import type { ChangeBus } from '../broker/change-bus.js';
import type { ListName } from '../catalog/catalog.js';
import type { LogLevel } from '../protocol/log-levels.js';
import { notificationText } from '../protocol/messages.js';
import type { SessionFilter, SessionStore } from '../session/session-store.js';
import type { EventLog } from '../stream/event-log.js';
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

/** Outcomes from worst to best. */
const RANK: readonly DeliveryOutcome[] = ['unknown', 'filtered', 'stored', 'delivered'];

/**
 * Sends clients the messages that belong to no request. Modern clients get changes through the bus, on whichever
 * instance their subscription is open. Legacy sessions get everything on their standalone stream, even if they open it
 * later.
 */
export class Announcer {
  readonly #debounced = new Map<ListName, NodeJS.Timeout>();
  readonly #outbox: Outbox;

  constructor(
    private readonly sessions: SessionStore,
    log: EventLog,
    private readonly bus: ChangeBus,
    private readonly debounceMs: number,
    private readonly report: (error: unknown) => void,
  ) {
    this.#outbox = new Outbox(sessions, log);
  }

  /** Announces a burst of changes once, after a delay, so that the announcement follows the last of them (§3.3). */
  listChanged(list: ListName): void {
    if (this.#debounced.has(list)) return;
    const timer = setTimeout(() => {
      this.#debounced.delete(list);
      this.#publishListChanged(list).catch(this.report);
    }, this.debounceMs);
    this.#debounced.set(list, timer.unref());
  }

  async resourceUpdated(uri: string): Promise<void> {
    await this.bus.publish({ type: 'resource-updated', uri });
    await this.#appendToAll({ uri }, notificationText('notifications/resources/updated', { uri }));
  }

  /** @returns the number of sessions for which the message was delivered or stored */
  async broadcast(message: McpLogMessage, filter?: SessionFilter): Promise<number> {
    const line = new MessageLine(message);
    let reached = 0;
    await forEachConcurrent(this.sessions.sessions(filter), async (key) => {
      const outcome = await this.#outbox.send(key.id, line, key);
      if (outcome === 'delivered' || outcome === 'stored') reached++;
    });
    return reached;
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
    for (const timer of this.#debounced.values()) clearTimeout(timer);
    this.#debounced.clear();
  }

  async #publishListChanged(list: ListName): Promise<void> {
    await this.bus.publish({ type: 'list-changed', list });
    await this.#appendToAll(undefined, notificationText(`notifications/${list}/list_changed`));
  }

  async #appendToAll(filter: SessionFilter | undefined, text: string): Promise<void> {
    await forEachConcurrent(this.sessions.sessions(filter), async (key) => void (await this.#outbox.append(key, text)));
  }
}

class MessageLine implements LogLine {
  #text: string | undefined;

  constructor(private readonly message: McpLogMessage) {}

  get level(): LogLevel {
    return this.message.level;
  }

  get text(): string {
    const { level, logger, data } = this.message;
    return (this.#text ??= notificationText('notifications/message', { level, logger, data }));
  }
}
