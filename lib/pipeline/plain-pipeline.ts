import { ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';
import { InputRequired } from '../interaction/input-required.js';
import type { Call } from './call.js';
import { drain, emissionsOf } from './drain.js';
import type { McpExecutionArguments } from './execution-context.js';
import type { HandlerFunction, HandlerPipeline } from './handler-pipeline.js';
import { PIPED_KINDS } from './nest-pipes.js';
import { parametersFactory } from './parameters.js';

interface Parameter {
  readonly kind: number;
  readonly index: number;
  readonly data: unknown;
}

/**
 * Calls a method that has no guards, interceptors, pipes and filters: Nest's pipeline would create a dozen promises to
 * run none of them. It reads the same parameters, and validates, drains and fails as that does.
 *
 * @param hasSparing whether there are pipes that leave whole arguments alone
 * @returns `undefined` if a parameter needs Nest, such as one of `createParamDecorator()`
 */
export function plainPipeline(
  instance: object,
  method: string,
  callback: HandlerFunction,
  hasSparing: boolean,
): HandlerPipeline | undefined {
  const parameters = parametersOf(instance.constructor, method);
  if (parameters.some((one) => needsNest(one, hasSparing))) return undefined;
  const length = Math.max(-1, ...parameters.map(({ index }) => index)) + 1;
  // A parameter without a decorator is undefined; of several, the last one counts, as it does in Nest.
  const positions = Array.from({ length }, (_, at) => parameters.findLast(({ index }) => index === at));
  const invoke = (elements: McpExecutionArguments): unknown => {
    const args = positions.map((one) => one && parametersFactory.exchangeKeyForValue(one.kind, one.data, elements));
    const returned = callback.apply(instance, args);
    const [, , call] = elements;
    return isThenable(returned)
      ? Promise.resolve(returned).then((value) => settle(value, call))
      : settle(returned, call);
  };
  return (...elements) => {
    const validating = elements[2].validate();
    return validating ? validating.then(() => invoke(elements)) : invoke(elements);
  };
}

function parametersOf(type: object, method: string): readonly Parameter[] {
  const metadata = (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as Record<string, Parameter>;
  return Object.entries(metadata).map(([key, { index, data }]) => ({ kind: kindOf(key), index, data }));
}

/** Custom decorators have other keys. */
const kindOf = (key: string): number => (/^\d+:\d+$/.test(key) ? Number(key.split(':', 1)[0]) : Number.NaN);

const needsNest = ({ kind, data }: Parameter, hasSparing: boolean): boolean =>
  Number.isNaN(kind) || (hasSparing && data !== undefined && PIPED_KINDS.includes(kind));

function settle(returned: unknown, call: Call): unknown {
  call.inputRequired = returned instanceof InputRequired ? returned : undefined;
  return drain(emissionsOf(returned), call.ctx);
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | undefined | null)?.then === 'function';
