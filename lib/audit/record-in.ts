import type { McpAuditEvent } from '../observe/audit-event.js';
import type { Observer } from '../observe/observer.js';
import type { AuditQueue } from './audit-queue.js';

/** A liveness check says nothing about anybody. */
const NOT_RECORDED = new Set(['ping']);

/** Gives the events of an audit to the sink. */
export function recordIn(queue: AuditQueue, observer: Observer): void {
  observer.listen(['request', 'refusal', 'task-end', 'session-end'], (event: McpAuditEvent) => {
    if (event.kind !== 'request' || !NOT_RECORDED.has(event.method)) queue.add(event);
  });
}
