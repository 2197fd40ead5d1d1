import { CUSTOM_ROUTE_ARGS_METADATA, PIPES_METADATA, ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';

/** One decorated parameter of a route's method. */
export interface RouteParameter {
  readonly index: number;
  /** A number of `RouteParamtypes`; `undefined` for decorators of `createParamDecorator()`. */
  readonly kind: number | undefined;
  /** The member that it takes, such as `id` of `@Param('id')`; `undefined` if it takes all of them. */
  readonly key: string | undefined;
  /** The type that TypeScript emitted. */
  readonly type: unknown;
  /** The pipes of the class, the method and the parameter, in the order in which they run. */
  readonly pipes: readonly unknown[];
  /** The Standard Schema that Nest 12 takes, as in `@Body({ schema })`. */
  readonly schema: unknown;
}

interface Metadata {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: readonly unknown[];
  readonly schema?: unknown;
}

export function readParameters(type: Function, method: string, handler: object): RouteParameter[] {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as Record<string, Metadata>;
  const types = (Reflect.getMetadata('design:paramtypes', type.prototype as object, method) ?? []) as unknown[];
  const outer = [type, handler].flatMap((one) => (Reflect.getMetadata(PIPES_METADATA, one) ?? []) as unknown[]);
  return Object.entries(parameters)
    .map(([id, { index, data, pipes = [], schema }]) => ({
      index,
      kind: id.includes(CUSTOM_ROUTE_ARGS_METADATA) ? undefined : Number(id.split(':', 1)[0]),
      key: typeof data === 'string' && data !== '' ? data : undefined,
      type: types[index],
      pipes: [...outer, ...pipes],
      schema,
    }))
    .sort((one, other) => one.index - other.index);
}
