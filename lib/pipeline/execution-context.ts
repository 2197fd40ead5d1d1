import type { ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '../nest/container.js';
import type { McpContext } from '../context/mcp-context.js';
import type { Call } from './call.js';
import type { CallResponse } from './call-response.js';

/**
 * The value of `context.getType()` while an MCP method is called: `mcp`.
 *
 * @publicApi
 */
export const MCP_CONTEXT_TYPE = 'mcp';

export type McpExecutionArguments = [request: object, response: CallResponse, call: Call];

/**
 * The execution context of an MCP call, for guards, interceptors and filters. `switchToHttp().getRequest()` returns the
 * HTTP request that carried the call; on stdio and in process, an object of the call's own that reads like one.
 * `getResponse()` returns a response on which headers can be set until the answer is sent.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class ToolsOnlyForAdmins implements CanActivate {
 *   canActivate(context: ExecutionContext): boolean {
 *     if (!McpExecutionContext.is(context)) return true;
 *     const ctx = McpExecutionContext.create(context).getContext();
 *     return ctx.principal?.role === 'admin';
 *   }
 * }
 * ```
 *
 * @publicApi
 */
export class McpExecutionContext extends ExecutionContextHost {
  /**
   * Wraps the context that Nest passes to a guard, an interceptor or a filter.
   *
   * @throws {TypeError} if this is not an MCP call; check `McpExecutionContext.is(context)` first
   */
  static create(context: ExecutionContext): McpExecutionContext {
    if (!McpExecutionContext.is(context)) {
      throw new TypeError(
        `A "${context.getType()}" context is not that of an MCP call; check McpExecutionContext.is(context) first.`,
      );
    }
    const created = new McpExecutionContext(context.getArgs(), context.getClass(), context.getHandler());
    created.setType(MCP_CONTEXT_TYPE);
    return created;
  }

  /** Whether the context belongs to an MCP call, and not to HTTP, RPC or a WebSocket. */
  static is(context: { getType(): string }): boolean {
    return context.getType() === MCP_CONTEXT_TYPE;
  }

  /** The `McpContext` of the call, which the method can inject too. */
  getContext(): McpContext {
    return this.getArgByIndex<Call>(2).ctx;
  }

  /** The arguments as the client sent them. They are not validated yet: validation follows guards and interceptors. */
  getArguments<T = unknown>(): T {
    return this.getArgByIndex<Call>(2).raw as T;
  }
}
