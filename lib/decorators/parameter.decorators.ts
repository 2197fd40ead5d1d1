import type { PipeTransform, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';

type Pipe = Type<PipeTransform> | PipeTransform;

/**
 * Parameter kinds under Nest's own metadata key, so that an application's `createParamDecorator()` decorators work on
 * MCP methods too. The arguments share the number of `@Body()`: `ValidationPipe` and the like then treat them as a body.
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

/** The validated arguments, or one field of them. @param pipes applied to this parameter, after method and class pipes */
export const McpArgs = (field?: string, ...pipes: Pipe[]): ParameterDecorator =>
  parameterDecorator(ParameterKind.Arguments, field, pipes);

/** The `McpContext` of the call. */
export const McpCtx = (): ParameterDecorator => parameterDecorator(ParameterKind.Context);

/** The `Principal` who calls, or one field of it; `undefined` is anonymous. */
export const McpPrincipal = (field?: string): ParameterDecorator => parameterDecorator(ParameterKind.Principal, field);

/** The legacy session `{ id }`; `undefined` in the modern era. */
export const McpSession = (): ParameterDecorator => parameterDecorator(ParameterKind.Session);
