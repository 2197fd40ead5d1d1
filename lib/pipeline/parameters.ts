import type { McpExecutionArguments } from './execution-context.js';
import { ParameterKind } from '../decorators/parameter.decorators.js';

/** Provides the value of each decorated parameter; Nest calls this once for each of them. */
export const parametersFactory = {
  exchangeKeyForValue(kind: number, data: unknown, [request, , call]: McpExecutionArguments): unknown {
    const { ctx } = call;
    const field = typeof data === 'string' ? data : undefined;
    switch (kind) {
      case ParameterKind.Arguments:
      case ParameterKind.Query:
      case ParameterKind.Param:
        return pick(call.arguments, field);
      case ParameterKind.Context:
        return ctx;
      case ParameterKind.Principal:
        return pick(ctx.principal, field);
      case ParameterKind.Session:
        return ctx.session;
      case ParameterKind.Headers:
        return pick(ctx.headers, field?.toLowerCase());
      case ParameterKind.HttpRequest:
        return request;
      default:
        return undefined;
    }
  },
};

const pick = (source: unknown, field: string | undefined): unknown =>
  field === undefined ? source : (source as Record<string, unknown> | undefined)?.[field];
