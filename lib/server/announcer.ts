import type { ChangeBus } from '../broker/change-bus.js';
import type { ListName } from '../catalog/catalog.js';
import type { LogLevel } from '../protocol/log-levels.js';
import { notificationText } from '../protocol/messages.js';
import type { SessionFilter, SessionStore } from '../session/session-store.js';
import type { EventLog } from '../stream/event-log.js';
import { forEachConcurrent } from './for-each-concurrent.js';
import { type DeliveryOutcome, type LogLine, Outbox } from './outbox.js';

export type { DeliveryOutcome };

/** A log line for clients: `notifications/message`. */
export interface McpLogMessage {
  readonly level: LogLevel;
  readonly logger?: string;
  /** Any JSON value; no secrets (Z-13). */
  readonly data: unknown;
}

const RANK: readonly DeliveryOutcome[] = ['unknown', 'filtered', 'stored', 'delivered'];

/**
 * Tells clients what no request asked for. Modern clients hear of changes through the bus, wherever their subscription
 * is open; legacy sessions find everything on their standing stream, also when they open it later.
 */
export class Announcer {
  readonly #pending = new Map<ListName, NodeJS.Timeout>();
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

  /** Bursts become one announcement, after the last change was made (§3.3). */
  listChanged(list: ListName): void {
    if (this.#pending.has(list)) return;
    const timer = setTimeout(() => {
      this.#pending.delete(list);
      this.#announceList(list).catch(this.report);
    }, this.debounceMs);
    this.#pending.set(list, timer.unref());
  }

  async resourceUpdated(uri: string): Promise<void> {
    await this.bus.publish({ type: 'resource-updated', uri });
    await this.#toAll({ uri }, notificationText('notifications/resources/updated', { uri }));
  }

  /** @returns how many sessions it was delivered to or stored for */
  async broadcast(message: McpLogMessage, filter?: SessionFilter): Promise<number> {
    const line = new LogLineOf(message);
    let reached = 0;
    await forEachConcurrent(this.sessions.sessions(filter), async (key) => {
      const outcome = await this.#outbox.send(key.id, line, key);
      if (outcome === 'delivered' || outcome === 'stored') reached++;
    });
    return reached;
  }

  toSession(id: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    return this.#outbox.send(id, new LogLineOf(message));
  }

  /** @returns the best that happened in any of the principal's sessions */
  async toPrincipal(principal: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    const line = new LogLineOf(message);
    let best = 0;
    await forEachConcurrent(this.sessions.sessions({ principal }), async (key) => {
      const rank = RANK.indexOf(await this.#outbox.send(key.id, line, key));
      best = Math.max(best, rank);
    });
    return RANK[best]!;
  }

  close(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  async #announceList(list: ListName): Promise<void> {
    await this.bus.publish({ type: 'list-changed', list });
    await this.#toAll(undefined, notificationText(`notifications/${list}/list_changed`));
  }

  async #toAll(filter: SessionFilter | undefined, text: string): Promise<void> {
    await forEachConcurrent(this.sessions.sessions(filter), async (key) => void (await this.#outbox.append(key, text)));
  }
}

class LogLineOf implements LogLine {
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
