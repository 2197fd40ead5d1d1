import { DiscoveryService, type ExternalContextCreator, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper, Module } from '../nest/container.js';
import { RuntimeHandlerHost } from '../pipeline/runtime-handler-host.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { isRoute, readRoute, type Class, type Route } from '../routes/route.js';
import type { McpExtensionOptions } from '../decorators/extension-options.js';
import { declarationsOf, extensionOf, type Declaration } from './metadata-accessor.js';

/** A decorated method and the provider or controller it belongs to. */
export interface Discovered {
  readonly declaration: Declaration;
  readonly host: HandlerHost;
  readonly type: Class;
  /** `Class.method`, for error messages. */
  readonly name: string;
}

/** A method of a controller that answers HTTP, and is no tool by a decorator of its own. */
export interface DiscoveredRoute extends Omit<Discovered, 'declaration'> {
  readonly route: Route;
}

/** A class with `@McpExtension()`. */
export interface DiscoveredExtension extends Omit<Discovered, 'declaration'> {
  readonly options: McpExtensionOptions;
}

/** Finds every decorated method of the application, whatever the scope of its class. */
export class Explorer {
  readonly #scanner = new MetadataScanner();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly creator: ExternalContextCreator,
  ) {}

  explore(): Discovered[] {
    const wrappers = withoutAliases([...this.discovery.getProviders(), ...this.discovery.getControllers()]);
    return wrappers.flatMap((wrapper) => this.#methodsOf(wrapper).flatMap(declared));
  }

  extensions(): DiscoveredExtension[] {
    const wrappers = withoutAliases([...this.discovery.getProviders(), ...this.discovery.getControllers()]);
    return wrappers.flatMap((wrapper) => {
      const type = typeOf(wrapper);
      const module = wrapper.host;
      const options = type && extensionOf(type);
      return options && module ? [{ options, type, name: type.name, host: { wrapper, module, method: '' } }] : [];
    });
  }

  /** The routes of all controllers that no `@McpTool()` makes a tool. */
  undeclaredRoutes(): DiscoveredRoute[] {
    return this.discovery.getControllers().flatMap((wrapper) =>
      this.#methodsOf(wrapper).flatMap((one) => {
        const isTool = declarationsOf(one.handler).some(({ kind }) => kind === 'tool');
        const route = isTool ? undefined : this.routeOf(one);
        return route ? [{ ...one, route }] : [];
      }),
    );
  }

  /** The route that a method is, if Nest's router serves it. */
  routeOf({ type, host }: Omit<Discovered, 'declaration' | 'name'>): Route | undefined {
    const { module, wrapper, method } = host;
    const isController = module.controllers.get(wrapper.token as never) === wrapper;
    const handler = (type.prototype as Record<string, object>)[method]!;
    return isController && isRoute(handler) ? readRoute(this.creator, module, type, method) : undefined;
  }

  /**
   * The request-scoped and transient global enhancers. Nest records them on each class it constructs, so they can be
   * read from one of this package's own classes.
   */
  scopedGlobals(): readonly InstanceWrapper[] {
    const own = this.discovery.getProviders().find(({ token }) => token === RuntimeHandlerHost);
    return own?.getEnhancersMetadata() ?? [];
  }

  #methodsOf(wrapper: InstanceWrapper): Method[] {
    const type = typeOf(wrapper);
    const module = wrapper.host;
    if (!type?.prototype || !module) return [];
    return this.#scanner
      .getAllMethodNames(type.prototype as object)
      .map((method) => methodOf(wrapper, module, type, method));
  }
}

interface Method extends Omit<Discovered, 'declaration'> {
  readonly handler: object;
}

function methodOf(wrapper: InstanceWrapper, module: Module, type: Class, method: string): Method {
  const handler = (type.prototype as Record<string, object>)[method]!;
  return { handler, host: { wrapper, module, method }, type, name: `${type.name}.${method}` };
}

const declared = ({ handler, host, type, name }: Method): Discovered[] =>
  declarationsOf(handler).map((declaration) => {
    const { globalEnhancers } = declaration.options;
    return { declaration, host: { ...host, ...(globalEnhancers && { globalEnhancers }) }, type, name };
  });

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
