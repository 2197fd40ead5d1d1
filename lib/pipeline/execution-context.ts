import type { ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/internal';
import type { McpContext } from '../context/mcp-context.js';
import type { Call } from './call.js';

/** What `context.getType()` says while an MCP method is called. */
export const MCP_CONTEXT_TYPE = 'mcp';

/**
 * `switchToHttp().getRequest()` is the real HTTP request, never the arguments: a guard written for HTTP that trusts
 * `request.user` must not find what the client put into its arguments. On stdio there is none.
 */
export const NO_HTTP_REQUEST = Object.freeze({ headers: Object.freeze({}) });

export type McpExecutionArguments = [request: unknown, ctx: McpContext, call: Call];

/** An execution context whose type is `mcp`, for guards, interceptors and filters: `McpExecutionContext.create(context)`. */
export class McpExecutionContext extends ExecutionContextHost {
  /** @throws when the context is not of an MCP call; ask `McpExecutionContext.is(context)` first where it may not be */
  static create(context: ExecutionContext): McpExecutionContext {
    if (!McpExecutionContext.is(context)) {
      throw new TypeError(
        `This is a "${context.getType()}" context, not an MCP one; check McpExecutionContext.is(context).`,
      );
    }
    const created = new McpExecutionContext(context.getArgs(), context.getClass(), context.getHandler());
    created.setType(MCP_CONTEXT_TYPE);
    return created;
  }

  static is(context: { getType(): string }): boolean {
    return context.getType() === MCP_CONTEXT_TYPE;
  }

  getContext(): McpContext {
    return this.getArgByIndex<McpContext>(1);
  }

  /** The arguments as the client sent them; they are validated after guards and interceptors. */
  getArguments<T = unknown>(): T {
    return this.getArgByIndex<Call>(2).raw as T;
  }
}
