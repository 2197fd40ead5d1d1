import type { Dispatcher } from '../engine/dispatcher.js';
import { Exchange, NO_OUTLET } from '../exchange/exchange.js';
import { LocalRequest } from '../exchange/local-request.js';
import { modernPeer, type Peer, type Sender } from '../exchange/peer.js';
import { viewOf } from '../exchange/request-view.js';
import { ErrorCode, McpError } from '../protocol/errors.js';
import type { JsonObject, JsonRpcResponse } from '../protocol/messages.js';
import type { Principal } from '../session/principal.js';
import type { PrincipalRequest, PrincipalResolver } from '../session/principal-resolver.js';
import { provideUser } from '../session/request-user.js';
import { UnidentifiedUserError, UserPrincipalResolver } from '../session/user-principal-resolver.js';

/**
 * Options of `McpServer.callTool()`.
 *
 * @publicApi
 */
export interface CallToolOptions {
  /** The principal that the call acts for, as guards see it. Default: that of the user, or none. */
  readonly principal?: Principal;
  /** `request.user`, as guards and `ctx.user` see it. Default: that of `http`, or the principal. */
  readonly user?: unknown;
  /** HTTP headers, in any case, as guards and `ctx.headers` see them. Default: those of `http`, or none. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * The framework's request object in whose name the call is made, for example by a route. Guards see it, and what they
   * write to it stays with the call. Default: none; guards see an object of the call's own.
   */
  readonly http?: object;
  /** Cancels the call when it is aborted; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Runs a method as if this process had sent a modern request for it. */
export async function callInProcess(
  dispatcher: Dispatcher,
  method: string,
  params: JsonObject,
  options: CallToolOptions,
  principals: PrincipalResolver,
): Promise<JsonObject> {
  const { signal } = options;
  signal?.throwIfAborted();
  const peer = modernPeer({ clientCapabilities: {} }, await senderOf(options, principals));
  const exchange = new Exchange(peer, { jsonrpc: '2.0', id: 0, method, params }, NO_OUTLET);
  const cancel = () => exchange.cancel('the caller aborted');
  signal?.addEventListener('abort', cancel, { once: true });
  // In a turn of its own: a guard that enters an AsyncLocalStorage must not replace the store of the caller.
  const response = await Promise.resolve(exchange).then((one) => dispatcher.dispatch(one));
  signal?.removeEventListener('abort', cancel);
  if (!response) throw signal?.reason ?? new McpError(ErrorCode.InternalError, 'The call was cancelled');
  const { result, error } = JSON.parse(response.text) as JsonRpcResponse;
  if (error) throw new McpError(error.code, error.message, { data: error.data });
  return result as JsonObject;
}

async function senderOf(
  { principal: given, user, headers: own, http }: CallToolOptions,
  principals: PrincipalResolver,
): Promise<Sender> {
  const headers = own ? lowerCased(own) : ((http as Partial<Peer> | undefined)?.headers ?? {});
  const request: { user?: unknown } = http ? viewOf(http) : new LocalRequest(headers, given);
  if (own && http) Object.defineProperty(request, 'headers', { value: headers });
  if (user !== undefined) request.user = user;
  const principal = given ?? (await principalOfUser(principals, { headers, http: request }));
  if (principal) provideUser(request, principal);
  return { principal, via: 'process', headers, http, request };
}

/** A user without an identity makes an anonymous call: nothing in this process belongs to its caller. */
async function principalOfUser(
  principals: PrincipalResolver,
  request: PrincipalRequest,
): Promise<Principal | undefined> {
  if (!(principals instanceof UserPrincipalResolver)) return undefined;
  try {
    return await principals.resolve(request);
  } catch (error) {
    if (error instanceof UnidentifiedUserError) return undefined;
    throw error;
  }
}

const lowerCased = (headers: Peer['headers']): Peer['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
