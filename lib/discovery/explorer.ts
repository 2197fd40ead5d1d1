import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper, Module } from '@nestjs/core/internal';
import type { MethodHost } from '../pipeline/invoker.js';
import { argumentsUse, declarationsOf, type Declaration } from './metadata-accessor.js';

/** A decorated method and the provider or controller it belongs to. */
export interface Discovered {
  readonly declaration: Declaration;
  readonly host: MethodHost;
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
    return [...this.discovery.getProviders(), ...this.discovery.getControllers()].flatMap((wrapper) =>
      this.#methodsOf(wrapper),
    );
  }

  #methodsOf(wrapper: InstanceWrapper): Discovered[] {
    // An alias is another name of a provider that is found under its own.
    const type = wrapper.isAlias ? undefined : typeOf(wrapper);
    const module = wrapper.host;
    if (!type?.prototype || !module) return [];
    return this.#scanner
      .getAllMethodNames(type.prototype as object)
      .flatMap((method) => discover(wrapper, module, type, method));
  }
}

function discover(wrapper: InstanceWrapper, module: Module, type: Class, method: string): Discovered[] {
  const declarations = declarationsOf((type.prototype as Record<string, object>)[method]!);
  if (declarations.length === 0) return [];
  const { reads } = argumentsUse(type, method);
  const host: MethodHost = { wrapper, module, method, readsArguments: reads };
  return declarations.map((declaration) => ({ declaration, host, type, name: `${type.name}.${method}` }));
}

/** The class behind a provider; factories and values are asked what they made. */
function typeOf(wrapper: InstanceWrapper): Class | undefined {
  if (!wrapper.isNotMetatype) return wrapper.metatype as Class | undefined;
  const instance = wrapper.instance as object | null | undefined;
  return typeof instance === 'object' && instance !== null ? (instance.constructor as Class) : undefined;
}
