import type { McpError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import type { MethodResult } from './response-writer.js';
import type { Exchange } from '../exchange/exchange.js';

/** One JSON-RPC method of the server. */
export interface Method {
  readonly name: string;
  readonly eras: readonly Era[];
  /** Returns false while the capability of the method is not advertised: the method does not exist then. */
  readonly available?: () => boolean;
  /** @throws {McpError} to respond with an error */
  run(params: JsonObject, exchange: Exchange): MethodResult | Promise<MethodResult>;
  /** The result that tells of a call that was stopped, or whose result is too large. Default: the error itself. */
  failure?(error: McpError, exchange: Exchange): JsonObject;
  /** Whether its results come from methods of the application, so that they may be too large. Default: no. */
  readonly isCall?: boolean;
}

export const BOTH_ERAS: readonly Era[] = ['modern', 'legacy'];
