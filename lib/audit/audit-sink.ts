import { knownAcrossCopies } from '../packages/known-across-copies.js';
import type { McpAuditEvent } from '../observe/audit-event.js';

/**
 * Where the audit goes: provide one in any module of the application, and every request, refusal, and end of a task or
 * session is recorded there. Without one nothing is.
 *
 * - It is called after the answer is made, and nobody waits for it. What it throws is logged, at most once in ten
 *   seconds, and never fails a call.
 * - A sink that returns promises may be called again before the last one is settled. Once `audit.maxPendingEvents` are
 *   not settled, further events are dropped, counted in `health().audit`, and that is logged.
 * - A shutdown waits for what is not settled, at most a second. So close what the sink needs in `onApplicationShutdown()`
 *   and not earlier.
 *
 * @example
 * ```ts
 * @Injectable()
 * class AuditTable extends AuditSink {
 *   constructor(private readonly events: Repository<AuditRow>) {
 *     super();
 *   }
 *
 *   async record(event: McpAuditEvent): Promise<void> {
 *     await this.events.insert({ at: new Date(event.at), who: event.who.principal, event });
 *   }
 * }
 * // providers: [{ provide: AuditSink, useClass: AuditTable }]
 * ```
 * @publicApi
 */
export abstract class AuditSink {
  static {
    knownAcrossCopies(this, 'AuditSink');
  }

  /** Records one event. @returns a promise if it takes time */
  abstract record(event: McpAuditEvent): void | Promise<void>;
}
