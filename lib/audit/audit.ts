import type { Exchange } from '../exchange/exchange.js';
import type { Sender } from '../exchange/peer.js';
import type { McpError } from '../protocol/errors.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskRecord } from '../task/task-record.js';
import type { McpAuditReason } from './audit-event.js';

/** One request that is recorded. One of these is called once, when its answer is known. */
export interface AuditedRequest {
  /** @param result its members, or anything else for a list that is serialized already */
  ended(result: object): void;
  failed(error: McpError): void;
  /** @param error what its client is told, if it did not cancel the request itself */
  cancelled(error: McpError | undefined): void;
}

/** What is recorded, told by those who know that it has happened. Nothing of it waits or throws. */
export interface Audit {
  /** @returns `undefined` for a request that is not recorded */
  begin(exchange: Exchange): AuditedRequest | undefined;
  /** An HTTP request was refused before its method ran. */
  refused(status: number, reason: McpAuditReason, sender: Sender): void;
  taskEnded(task: TaskRecord): void;
  sessionEnded(session: SessionKey, sender: Sender): void;
  /** A session has expired, or was ended to make room for another one. */
  sessionExpired(session: SessionKey): void;
}

/** Without a sink nothing is recorded. */
export const NO_AUDIT: Audit = {
  begin: () => undefined,
  refused() {},
  taskEnded() {},
  sessionEnded() {},
  sessionExpired() {},
};
