import type { Dispatcher } from '../engine/dispatcher.js';
import { Exchange, NO_OUTLET } from '../exchange/exchange.js';
import { modernPeer } from '../exchange/peer.js';
import { ErrorCode, McpError } from '../protocol/errors.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import type { Principal } from '../session/principal.js';

/** Whom an in-process call speaks for, and how it can be cancelled. */
export interface CallToolOptions {
  readonly principal?: Principal;
  readonly signal?: AbortSignal;
}

/** Runs a method as a modern request of this process itself. */
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
  const answer = await dispatcher.dispatch(exchange);
  signal?.removeEventListener('abort', cancel);
  if (!answer) throw signal?.reason ?? new McpError(ErrorCode.InternalError, 'The call was cancelled');
  const { result, error } = JSON.parse(answer.text) as JsonRpcResponse;
  if (error) throw new McpError(error.code, error.message, { data: error.data });
  return result as JsonObject;
}
