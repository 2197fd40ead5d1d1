import { AuditQueue } from '../../audit/audit-queue.js';
import type { AuditSink } from '../../audit/audit-sink.js';
import { recordIn } from '../../audit/record-in.js';
import type { Observer } from '../../observe/observer.js';
import { auditOptions } from '../../options/audit-options.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import type { ThrottledReporter } from '../../report/throttled-reporter.js';

/**
 * Records what happens on this server for the sink of the application.
 *
 * @returns what is given to the sink; `undefined` without one
 */
export function createAudit(
  sink: AuditSink | undefined,
  observer: Observer,
  options: ResolvedOptions,
  reporter: ThrottledReporter,
): AuditQueue | undefined {
  if (!sink) return undefined;
  const queue = new AuditQueue(sink, auditOptions(options.audit).maxPendingEvents, reporter);
  recordIn(queue, observer);
  return queue;
}
