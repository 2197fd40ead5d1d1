import type { CanActivate, NestInterceptor } from '@nestjs/common';
import { UseGuards, UseInterceptors } from '@nestjs/common';
import type { McpAccess } from '../access/access-rule.js';
import type { McpContext } from '../context/mcp-context.js';
import type { GlobalEnhancers } from '../decorators/global-enhancers.js';
import type { Primitive } from '../discovery/primitive.js';
import type { McpLimitOptions } from '../limits/limit.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { RuntimeHandlerHost } from '../pipeline/runtime-handler-host.js';

/**
 * A function that runs a primitive registered at run time. It returns what the method of a decorator may return.
 *
 * @param args the validated arguments
 * @param ctx the context of the call
 * @publicApi
 */
export type McpHandler<A = any> = (args: A, ctx: McpContext) => unknown;

/**
 * Guards and interceptors of one primitive registered at run time, as instances, and who may use it how often. Global ones
 * apply in any case.
 *
 * @publicApi
 */
export interface McpHandlerEnhancers {
  /** Run before the interceptors, in this order. Default: none. */
  readonly guards?: readonly CanActivate[];
  /** Wrap the handler, the first one outermost. Default: none. */
  readonly interceptors?: readonly NestInterceptor[];
  /** How often it may be used; see `@McpLimit()`. Default: any number of times. */
  readonly limits?: readonly McpLimitOptions[];
  /** Who may use it and finds it in the list, such as `{ scopes: ['files:write'] }`. Default: every caller. */
  readonly access?: McpAccess;
}

/** Makes a primitive of a function, with the enhancers that it was registered with. */
export function runTimePrimitive(
  host: Omit<HandlerHost, 'callback'>,
  kind: string,
  { name, input, globalEnhancers }: { name: string; input?: unknown; globalEnhancers?: GlobalEnhancers },
  handler: McpHandler,
  { guards = [], interceptors = [], access, limits = [] }: McpHandlerEnhancers = {},
): Primitive {
  // Each registration needs its own function, because Nest stores enhancers as metadata of the function.
  const callback = (args: unknown, ctx: unknown): unknown => handler(args, ctx as McpContext);
  const descriptor = { value: callback };
  if (guards.length > 0) UseGuards(...guards)(callback, 'run', descriptor);
  if (interceptors.length > 0) UseInterceptors(...interceptors)(callback, 'run', descriptor);
  return {
    host: { ...host, callback, ...(globalEnhancers && { globalEnhancers }) },
    defaultName: name,
    declaredBy: `the ${kind} "${name}" registered at run time`,
    takesArguments: input !== undefined,
    argumentsType: undefined,
    typesAreEmitted: true,
    type: RuntimeHandlerHost,
    handler: callback,
    access: access ? [access] : [],
    limits,
  };
}
