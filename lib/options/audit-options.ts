import { hostname } from 'node:os';
import { invalid, requireMembers, requireWholeNumber } from './invalid-option.js';

/**
 * What is recorded, where the application provides an `AuditSink`.
 *
 * @publicApi
 */
export interface McpAuditOptions {
  /** The name of this instance in each event. Default: the name of the host and the number of the process. */
  readonly instance?: string;
  /**
   * Record the arguments of calls: what their schema declares and `@McpSecret()` does not mark. Default: `false`, as
   * arguments may hold personal data.
   */
  readonly arguments?: boolean;
  /** Events that the sink has not settled yet, beyond which further ones are dropped and counted. Default: 10 000. */
  readonly maxPendingEvents?: number;
}

export const auditOptions = (given: McpAuditOptions = {}): Required<McpAuditOptions> => ({
  instance: given.instance ?? `${hostname()}:${process.pid}`,
  arguments: given.arguments ?? false,
  maxPendingEvents: given.maxPendingEvents ?? 10_000,
});

/** @throws {McpOptionsError} */
export function checkAudit(given: McpAuditOptions | undefined): void {
  if (given === undefined) return;
  requireMembers('audit', given, ['instance', 'arguments', 'maxPendingEvents']);
  const options = auditOptions(given);
  if (typeof options.instance !== 'string' || options.instance === '') {
    throw invalid('audit.instance', 'must be a text that is not empty');
  }
  if (typeof options.arguments !== 'boolean') throw invalid('audit.arguments', 'must be true or false');
  requireWholeNumber('audit.maxPendingEvents', options.maxPendingEvents, 1);
}
