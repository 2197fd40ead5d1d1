import type { Dispatcher } from '../engine/dispatcher.js';
import { Exchange, type Outlet } from '../exchange/exchange.js';
import { ErrorCode, McpError } from '../protocol/errors.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import { MODERN_REVISION } from '../protocol/revisions.js';
import { principalId, type Principal } from '../session/principal.js';

/** Whom an in-process call speaks for, and how it can be cancelled. */
export interface InProcessCall {
  readonly principal?: Principal;
  readonly signal?: AbortSignal;
}

const NOBODY_LISTENS: Outlet = { notify() {} };

/** Runs a method as a modern request of this process itself. */
export async function callInProcess(
  dispatcher: Dispatcher,
  method: string,
  params: JsonObject,
  { principal, signal }: InProcessCall,
): Promise<JsonObject> {
  signal?.throwIfAborted();
  const peer = {
    era: 'modern',
    revision: MODERN_REVISION,
    principal,
    principalId: principalId(principal),
    clientCapabilities: {},
    clientInfo: undefined,
    logLevel: undefined,
    session: undefined,
    headers: {},
    http: undefined,
  } as const;
  const exchange = new Exchange(peer, { jsonrpc: '2.0', id: 0, method, params }, NOBODY_LISTENS);
  const cancel = () => exchange.cancel('the caller aborted');
  signal?.addEventListener('abort', cancel, { once: true });
  const answer = await dispatcher.answer(exchange);
  signal?.removeEventListener('abort', cancel);
  if (!answer) throw signal?.reason ?? new McpError(ErrorCode.InternalError, 'The call was cancelled');
  const { result, error } = JSON.parse(answer.text) as JsonRpcResponse;
  if (error) throw new McpError(error.code, error.message, { data: error.data });
  return result as JsonObject;
}
