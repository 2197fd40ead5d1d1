import { type Audit, NO_AUDIT } from '../../audit/audit.js';
import { AuditQueue } from '../../audit/audit-queue.js';
import type { AuditSink } from '../../audit/audit-sink.js';
import { AuditTrail } from '../../audit/audit-trail.js';
import type { Catalog } from '../../catalog/catalog.js';
import { subjectsOf } from '../../engine/audited-subject.js';
import { auditOptions } from '../../options/audit-options.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import type { ThrottledReporter } from '../../report/throttled-reporter.js';

export interface AuditService {
  readonly audit: Audit;
  /** What is given to the sink. `undefined` without one. */
  readonly queue: AuditQueue | undefined;
}

/** Creates what records what happens on this server, for the sink of the application. */
export function createAudit(
  sink: AuditSink | undefined,
  catalog: Catalog,
  options: ResolvedOptions,
  reporter: ThrottledReporter,
  server: string | undefined,
): AuditService {
  if (!sink) return { audit: NO_AUDIT, queue: undefined };
  const { instance, arguments: args, maxPendingEvents } = auditOptions(options.audit);
  const queue = new AuditQueue(sink, maxPendingEvents, reporter);
  return { audit: new AuditTrail(queue, { instance, server, arguments: args, subjectOf: subjectsOf(catalog) }), queue };
}
