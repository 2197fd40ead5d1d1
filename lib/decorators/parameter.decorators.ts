import type { PipeTransform, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '../nest/metadata-keys.js';

type Pipe = Type<PipeTransform> | PipeTransform;

/**
 * Parameter kinds, stored under Nest's own metadata key so that decorators made with `createParamDecorator()` also work
 * on MCP methods. The arguments share the number of `@Body()`, so that pipes such as `ValidationPipe` treat them as a
 * body.
 */
export const ParameterKind = {
  Arguments: RouteParamtypes.BODY,
  Query: RouteParamtypes.QUERY,
  Param: RouteParamtypes.PARAM,
  Headers: RouteParamtypes.HEADERS,
  HttpRequest: RouteParamtypes.REQUEST,
  Context: 1001,
  Principal: 1002,
  Session: 1003,
} as const;

type ParameterMetadata = Record<string, { index: number; data: string | undefined; pipes: Pipe[] }>;

export const hasParameterMetadata = (constructor: object, method: string | symbol): boolean =>
  Reflect.hasOwnMetadata(ROUTE_ARGS_METADATA, constructor, method);

export function describeParameter(
  constructor: object,
  method: string | symbol,
  kind: number,
  parameter: { index: number; data?: string; pipes?: Pipe[] },
): void {
  const known = (Reflect.getOwnMetadata(ROUTE_ARGS_METADATA, constructor, method) ?? {}) as ParameterMetadata;
  const { index, data, pipes = [] } = parameter;
  Reflect.defineMetadata(
    ROUTE_ARGS_METADATA,
    { ...known, [`${kind}:${index}`]: { index, data, pipes } },
    constructor,
    method,
  );
}

const parameterDecorator =
  (kind: number, data?: string, pipes: Pipe[] = []): ParameterDecorator =>
  (target, method, index) =>
    describeParameter(target.constructor, method!, kind, { index, data, pipes });

/**
 * Injects the validated arguments, or one field of them.
 *
 * @param field the field to inject; default: all arguments
 * @param pipes applied to this parameter, after the pipes of the class and the method
 * @example
 * ```ts
 * forecast(@McpArgs('days', ParseIntPipe) days: number, @McpCtx() ctx: McpContext) {}
 * ```
 * @publicApi
 */
export const McpArgs = (field?: string, ...pipes: Pipe[]): ParameterDecorator =>
  parameterDecorator(ParameterKind.Arguments, field, pipes);

/**
 * Injects the `McpContext` of the call.
 *
 * @publicApi
 */
export const McpCtx = (): ParameterDecorator => parameterDecorator(ParameterKind.Context);

/**
 * Injects the `Principal` of the caller, or one field of it. It is `undefined` for anonymous callers.
 *
 * @publicApi
 */
export const McpPrincipal = (field?: string): ParameterDecorator => parameterDecorator(ParameterKind.Principal, field);

/**
 * Injects the legacy session `{ id }`. It is `undefined` in the modern era, which has no sessions.
 *
 * @publicApi
 */
export const McpSession = (): ParameterDecorator => parameterDecorator(ParameterKind.Session);
