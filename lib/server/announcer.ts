import type { ChangeBus } from '../broker/change-bus.js';
import type { ListName } from '../catalog/catalog.js';
import { type LogLevel, passes } from '../protocol/log-levels.js';
import type { JsonObject } from '../protocol/messages.js';
import type { SessionKey } from '../session/session-record.js';
import type { SessionFilter, SessionStore } from '../session/session-store.js';
import { type EventLog, STANDING_STREAM } from '../stream/event-log.js';

/** A log line for clients: `notifications/message`. */
export interface McpLogMessage {
  readonly level: LogLevel;
  readonly logger?: string;
  /** Any JSON value; no secrets (Z-13). */
  readonly data: unknown;
}

/**
 * What became of a message to a session: `delivered` to an open stream, `stored` until the client opens one, `filtered`
 * because the client asked for more severe messages only, or `unknown`: there is no such session.
 */
export type DeliveryOutcome = 'delivered' | 'stored' | 'filtered' | 'unknown';

const RANK: readonly DeliveryOutcome[] = ['unknown', 'filtered', 'stored', 'delivered'];

const notification = (method: string, params?: JsonObject): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });

/**
 * Tells clients what no request asked for. Modern clients hear of changes through the bus, wherever their subscription
 * is open; legacy sessions find everything on their standing stream, also when they open it later.
 */
export class Announcer {
  readonly #pending = new Map<ListName, NodeJS.Timeout>();

  constructor(
    private readonly sessions: SessionStore,
    private readonly log: EventLog,
    private readonly bus: ChangeBus,
    private readonly debounceMs: number,
    private readonly report: (error: unknown) => void,
  ) {}

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
    await this.#toAll({ uri }, notification('notifications/resources/updated', { uri }));
  }

  /** @returns how many sessions it was delivered to or stored for */
  async broadcast(message: McpLogMessage, filter?: SessionFilter): Promise<number> {
    let reached = 0;
    for await (const key of this.sessions.sessions(filter)) {
      const outcome = await this.#log(key, message);
      if (outcome === 'delivered' || outcome === 'stored') reached++;
    }
    return reached;
  }

  async toSession(id: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    const key = await this.sessions.find(id);
    return key ? this.#log(key, message) : 'unknown';
  }

  /** @returns the best that happened in any of the principal's sessions */
  async toPrincipal(principal: string, message: McpLogMessage): Promise<DeliveryOutcome> {
    let best: DeliveryOutcome = 'unknown';
    for await (const key of this.sessions.sessions({ principal })) {
      const outcome = await this.#log(key, message);
      if (RANK.indexOf(outcome) > RANK.indexOf(best)) best = outcome;
    }
    return best;
  }

  close(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  async #announceList(list: ListName): Promise<void> {
    await this.bus.publish({ type: 'list-changed', list });
    await this.#toAll(undefined, notification(`notifications/${list}/list_changed`));
  }

  async #log(key: SessionKey, message: McpLogMessage): Promise<DeliveryOutcome> {
    const session = await this.sessions.peek(key);
    if (!session) return 'unknown';
    if (!passes(message.level, session.logLevel)) return 'filtered';
    const { level, logger, data } = message;
    return this.#append(key, notification('notifications/message', { level, logger, data }));
  }

  async #toAll(filter: SessionFilter | undefined, text: string): Promise<void> {
    for await (const key of this.sessions.sessions(filter)) await this.#append(key, text);
  }

  async #append(key: SessionKey, text: string): Promise<DeliveryOutcome> {
    const outcome = await this.log.append(key, STANDING_STREAM, text);
    if (outcome.kind !== 'appended') return 'unknown';
    return outcome.listening ? 'delivered' : 'stored';
  }
}
