import type { Caller } from './caller.js';

/** A request that was refused at the endpoint, before a method ran. */
export interface RefusalRecord {
  readonly instance: string;
  /** By the clock of the instance, ms since the epoch. */
  readonly at: number;
  /** `unauthenticated`, `forbidden`, `scope`, `limit` or `capacity`; the words of `McpAuditReason`. */
  readonly reason: string;
  /** The HTTP status. */
  readonly status: number;
  readonly caller: Caller;
  /** The address of the client, with the option `showPrincipals`. */
  readonly address?: string;
}
