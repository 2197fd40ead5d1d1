import { CallTimeoutError, CapacityError, InsufficientScopeError, type McpError } from '../protocol/errors.js';
import { isObject } from '../protocol/messages.js';
import type { TaskRecord } from '../task/task-record.js';
import type { McpAuditOutcome, McpAuditReason } from './audit-event.js';

/** What is recorded of how something ended. */
export interface Ending {
  readonly outcome: McpAuditOutcome;
  readonly reason?: McpAuditReason;
  readonly code?: number;
}

const OK: Ending = { outcome: 'ok' };
const TOOL_ERROR: Ending = { outcome: 'tool-error' };
const INPUT_REQUIRED: Ending = { outcome: 'input-required' };
const TASK: Ending = { outcome: 'task' };

export function endingOfResult(result: object): Ending {
  const { isError, resultType, task } = result as Record<string, unknown>;
  if (isError === true) return TOOL_ERROR;
  if (resultType === 'input_required') return INPUT_REQUIRED;
  return resultType === 'task' || isObject(task) ? TASK : OK;
}

export function endingOfError(error: McpError): Ending {
  if (error instanceof CallTimeoutError) return { outcome: 'timeout', code: error.code };
  // What a caller may not know of is answered as if it did not exist; the cause tells that it does.
  const reason = reasonOf(error) ?? reasonOf(error.cause);
  return reason ? { outcome: 'refused', reason, code: error.code } : { outcome: 'error', code: error.code };
}

export function endingOfTask({ status, result, error }: TaskRecord): Ending {
  if (status === 'cancelled') return { outcome: 'cancelled' };
  if (error) return { outcome: 'error', code: error.code };
  return result?.isError === true ? TOOL_ERROR : OK;
}

function reasonOf(error: unknown): McpAuditReason | undefined {
  if (error instanceof InsufficientScopeError) return 'scope';
  if (error instanceof CapacityError) return error.status === 429 ? 'limit' : 'capacity';
  const code = isObject(error) ? error.code : undefined;
  if (code === 401) return 'unauthenticated';
  if (code === 429) return 'limit';
  return code === 403 ? 'forbidden' : undefined;
}
