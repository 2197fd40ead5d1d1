import type { Dispatcher } from '../engine/dispatcher.js';
import { Exchange, NO_OUTLET } from '../exchange/exchange.js';
import { modernPeer } from '../exchange/peer.js';
import { ErrorCode, McpError } from '../protocol/errors.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import type { Principal } from '../session/principal.js';

/**
 * Options of `McpServer.callTool()`.
 *
 * @publicApi
 */
export interface CallToolOptions {
  /** The principal that the call acts for, as guards see it. Default: none, an anonymous call. */
  readonly principal?: Principal;
  /** Cancels the call when it is aborted; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Runs a method as if this process had sent a modern request for it. */
export async function callInProcess(
  dispatcher: Dispatcher,
  method: string,
  params: JsonObject,
  { principal, signal }: CallToolOptions,
): Promise<JsonObject> {
  signal?.throwIfAborted();
  const peer = modernPeer({ clientCapabilities: {} }, { principal });
  const exchange = new Exchange(peer, { jsonrpc: '2.0', id: 0, method, params }, NO_OUTLET);
  const cancel = () => exchange.cancel('the caller aborted');
  signal?.addEventListener('abort', cancel, { once: true });
  const response = await dispatcher.dispatch(exchange);
  signal?.removeEventListener('abort', cancel);
  if (!response) throw signal?.reason ?? new McpError(ErrorCode.InternalError, 'The call was cancelled');
  const { result, error } = JSON.parse(response.text) as JsonRpcResponse;
  if (error) throw new McpError(error.code, error.message, { data: error.data });
  return result as JsonObject;
}
