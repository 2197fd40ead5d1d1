import { filter, map, type Observable, ReplaySubject } from 'rxjs';
import type { LogLevel } from '../../protocol/log-levels.js';
import type { JsonObject } from '../../protocol/messages.js';

/**
 * A message of the server that is not answered.
 *
 * @publicApi
 */
export interface McpNotification {
  readonly method: string;
  readonly params: Readonly<JsonObject>;
}

/**
 * How far a call is.
 *
 * @publicApi
 */
export interface McpProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/**
 * A log message of the server to its client.
 *
 * @publicApi
 */
export interface McpLog {
  readonly level: LogLevel;
  readonly logger?: string;
  readonly data: unknown;
}

/** How many notifications a test can look back at. */
const KEPT = 10_000;

/** The notifications of one request or stream. Who subscribes late gets what has arrived before. */
export class Notifications {
  readonly #all = new ReplaySubject<McpNotification>(KEPT);
  readonly #unread: McpNotification[] = [];
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  readonly all$: Observable<McpNotification> = this.#all.asObservable();

  add(notification: McpNotification): void {
    if (this.#unread.push(notification) > KEPT) this.#unread.shift();
    this.#all.next(notification);
    for (const wake of this.#waiting) wake();
  }

  complete(): void {
    this.#isOver = true;
    this.#all.complete();
    for (const wake of this.#waiting) wake();
  }

  get progress$(): Observable<McpProgress> {
    return this.of('notifications/progress').pipe(
      map(({ params: { progressToken: _token, _meta, ...progress } }) => progress as unknown as McpProgress),
    );
  }

  get logs$(): Observable<McpLog> {
    return this.of('notifications/message').pipe(map(({ params: { _meta, ...log } }) => log as unknown as McpLog));
  }

  of(method: string): Observable<McpNotification> {
    return this.all$.pipe(filter((one) => one.method === method));
  }

  /** The next notification of a method that was not returned yet. @throws {Error} when none arrives in time */
  async next(method: string | undefined, patienceMs: number): Promise<McpNotification> {
    const isWanted = (one: McpNotification) => method === undefined || one.method === method;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const index = this.#unread.findIndex(isWanted);
      if (index >= 0) return this.#unread.splice(index, 1)[0]!;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#isOver) break;
      await this.#arrival(leftMs);
    }
    const unread = this.#unread.map((one) => one.method).join(', ') || 'nothing';
    throw new Error(
      `No ${method ?? 'notification'} arrived within ${patienceMs} ms. Not read yet: ${unread}. If it takes longer, set the option "patienceMs".`,
    );
  }

  /** Resolves when something arrives, or after this time. */
  #arrival(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }
}
