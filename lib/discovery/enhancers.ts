import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '../nest/metadata-keys.js';
import type { InstanceWrapper } from '../nest/container.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';

type Class = new (...args: never[]) => unknown;

const KINDS = [
  ['guard', GUARDS_METADATA],
  ['interceptor', INTERCEPTORS_METADATA],
  ['pipe', PIPES_METADATA],
  ['filter', EXCEPTION_FILTERS_METADATA],
] as const;

/**
 * Nest prepares enhancers only for classes that it constructs itself. It silently skips the enhancers of a provider
 * that a factory or the application constructed, so that a guard would not run. Such a provider is rejected at
 * start-up.
 *
 * @param globals the request-scoped and transient global enhancers
 * @throws Error if an enhancer would be skipped
 */
export function requireEnhancers(host: HandlerHost, type: Class, globals: readonly InstanceWrapper[]): void {
  const { module, wrapper } = host;
  if (!wrapper.isNotMetatype) return;
  const remedy = `Provide ${type.name} as a class (in "providers" itself, or with useClass)`;
  for (const [kind, enhancer] of enhancersOf(type, host.method)) {
    if (typeof enhancer !== 'function' || module.injectables.has(enhancer)) continue;
    throw new Error(
      `its ${kind} ${enhancer.name} would be skipped, because Nest constructs enhancers only for classes that it constructs itself. ${remedy}, or bind an instance of ${enhancer.name}.`,
    );
  }
  const known = wrapper.getEnhancersMetadata() ?? [];
  const isValue = wrapper.metatype === null;
  if (isValue ? globals.length > 0 : !globals.every((enhancer) => known.includes(enhancer))) {
    throw new Error(
      `the application's request-scoped or transient global enhancers would be skipped, because Nest runs those only for classes that it constructs itself. ${remedy}.`,
    );
  }
}

function* enhancersOf(type: Class, method: string): Iterable<[kind: string, enhancer: unknown]> {
  const callback = (type.prototype as Record<string, object>)[method]!;
  for (const [kind, key] of KINDS) {
    const ofClass = (Reflect.getMetadata(key, type) ?? []) as unknown[];
    const ofMethod = (Reflect.getMetadata(key, callback) ?? []) as unknown[];
    for (const enhancer of [...ofClass, ...ofMethod]) yield [kind, enhancer];
  }
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as Record<
    string,
    { pipes?: unknown[] }
  >;
  for (const { pipes = [] } of Object.values(parameters)) for (const pipe of pipes) yield ['pipe', pipe];
}
