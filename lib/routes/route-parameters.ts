import { RouteParamtypes } from '../nest/metadata-keys.js';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import type { McpExecutionArguments } from '../pipeline/execution-context.js';
import { parametersFactory } from '../pipeline/parameters.js';

interface RequestParts {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly cookies?: Record<string, unknown>;
  readonly signedCookies?: Record<string, unknown>;
  readonly body: unknown;
  readonly session?: unknown;
  readonly ip?: unknown;
}

const MCP_KINDS: readonly number[] = [ParameterKind.Context, ParameterKind.Principal, ParameterKind.Session];

/** Provides the parameters of a route as Nest's router does, from the request that was made for the call. */
export const routeParameters = {
  exchangeKeyForValue(kind: number, data: unknown, args: McpExecutionArguments): unknown {
    const request = args[0] as RequestParts;
    const key = typeof data === 'string' && data !== '' ? data : undefined;
    const pick = (source: unknown): unknown =>
      key === undefined ? source : (source as Record<string, unknown> | undefined)?.[key];
    if (MCP_KINDS.includes(kind)) return parametersFactory.exchangeKeyForValue(kind, data, args);
    switch (kind) {
      case RouteParamtypes.REQUEST:
        return request;
      case RouteParamtypes.RESPONSE:
        return args[1];
      case RouteParamtypes.PARAM:
        return pick(request.params);
      case RouteParamtypes.QUERY:
        return pick(request.query);
      case RouteParamtypes.BODY:
        return pick(request.body);
      case RouteParamtypes.HEADERS:
        return key === undefined ? request.headers : request.headers[key.toLowerCase()];
      case RouteParamtypes.SESSION:
        return request.session;
      case RouteParamtypes.IP:
        return request.ip;
      case COOKIES:
        return pick(request.cookies);
      case SIGNED_COOKIES:
        return pick(request.signedCookies);
      default:
        return null;
    }
  },
};

// Nest 11 has neither.
const COOKIES = 14;
const SIGNED_COOKIES = 15;
