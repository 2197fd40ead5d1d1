import { HttpException, StreamableFile } from '@nestjs/common';
import { HTTP_CODE_METADATA, REDIRECT_METADATA } from '../nest/metadata-keys.js';
import { ToolError } from '../protocol/errors.js';
import { CallResponse } from '../pipeline/call-response.js';
import type { RouteHost } from '../pipeline/handler-pipelines.js';
import type { Member } from './members.js';
import { routeParameters } from './route-parameters.js';
import { routeRequest } from './route-request.js';
import type { Route } from './route.js';

/** What differs in the call of a route's method from that of any other. */
export function routeCall(route: Route, members: readonly Member[]): RouteHost {
  const { handler, verb } = route;
  const status =
    (Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined) ?? (verb === 'POST' ? 201 : 200);
  const redirect = Reflect.getMetadata(REDIRECT_METADATA, handler) as { url?: string; statusCode?: number } | undefined;
  return {
    parameters: routeParameters,
    request: (carrier, raw) => routeRequest(route, members, carrier, raw),
    response() {
      // Its headers stay here: they describe the route's response, and not that of the MCP request.
      return new CallResponse(undefined).status(status);
    },
    result(value, response) {
      if (value instanceof StreamableFile) {
        throw new ToolError('This route answers with a file, which a tool call cannot carry.');
      }
      if (redirect) return { ...redirect, ...(value as object | undefined) };
      return value === undefined ? CallResponse.answerOf(response)?.body : value;
    },
    failure: withStatus,
  };
}

/** A model reads the status beside the reason. Refusals of the caller, 401 and 403, stay what they are. */
function withStatus(error: unknown): unknown {
  if (!(error instanceof HttpException) || [401, 403].includes(error.getStatus())) return error;
  const { message } = (typeof error.getResponse() === 'object' ? error.getResponse() : {}) as { message?: unknown };
  const reason = Array.isArray(message) ? message.join('\n') : typeof message === 'string' ? message : error.message;
  return new ToolError(`HTTP ${error.getStatus()}: ${reason}`, { cause: error });
}
