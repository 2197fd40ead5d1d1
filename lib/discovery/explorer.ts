import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper, Module } from '../nest/container.js';
import { RuntimeHandlerHost } from '../pipeline/runtime-handler-host.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { declarationsOf, type Declaration } from './metadata-accessor.js';

/** A decorated method and the provider or controller it belongs to. */
export interface Discovered {
  readonly declaration: Declaration;
  readonly host: HandlerHost;
  readonly type: Class;
  /** `Class.method`, for error messages. */
  readonly name: string;
}

type Class = new (...args: never[]) => unknown;

/** Finds every decorated method of the application, whatever the scope of its class. */
export class Explorer {
  readonly #scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  explore(): Discovered[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return withoutAliases(wrappers).flatMap((wrapper) => this.#methodsOf(wrapper));
  }

  /**
   * The request-scoped and transient global enhancers. Nest records them on each class it constructs, so they can be
   * read from one of this package's own classes.
   */
  scopedGlobals(): readonly InstanceWrapper[] {
    const own = this.discovery.getProviders().find(({ token }) => token === RuntimeHandlerHost);
    return own?.getEnhancersMetadata() ?? [];
  }

  #methodsOf(wrapper: InstanceWrapper): Discovered[] {
    const type = typeOf(wrapper);
    const module = wrapper.host;
    if (!type?.prototype || !module) return [];
    return this.#scanner
      .getAllMethodNames(type.prototype as object)
      .flatMap((method) => discover(wrapper, module, type, method));
  }
}

function discover(wrapper: InstanceWrapper, module: Module, type: Class, method: string): Discovered[] {
  const declarations = declarationsOf((type.prototype as Record<string, object>)[method]!);
  const host: HandlerHost = { wrapper, module, method };
  return declarations.map((declaration) => ({ declaration, host, type, name: `${type.name}.${method}` }));
}

/** Removes aliases, and factories that return an instance of another provider, so that no method is found twice. */
function withoutAliases(wrappers: readonly InstanceWrapper[]): InstanceWrapper[] {
  const constructed = new Set(wrappers.filter((one) => !one.isNotMetatype).map((one) => one.instance as unknown));
  const returned = new Set<unknown>();
  return wrappers.filter((wrapper) => {
    if (wrapper.isAlias) return false;
    const instance = wrapper.isNotMetatype ? (wrapper.instance as unknown) : undefined;
    if (typeof instance !== 'object' || instance === null) return true;
    const known = constructed.has(instance) || returned.has(instance);
    returned.add(instance);
    return !known;
  });
}

/** The class of a provider. For values and factories it is the class of the instance. */
function typeOf(wrapper: InstanceWrapper): Class | undefined {
  if (!wrapper.isNotMetatype) return wrapper.metatype as Class | undefined;
  const instance = wrapper.instance as object | null | undefined;
  if (typeof instance === 'object' && instance !== null) return instance.constructor as Class;
  // A request-scoped factory has not returned an instance yet, so its token is the best indication of the class.
  return wrapper.isDependencyTreeStatic() ? undefined : asClass(wrapper.token);
}

const asClass = (token: unknown): Class | undefined => (typeof token === 'function' ? (token as Class) : undefined);
