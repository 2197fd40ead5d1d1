import { Controller, Inject, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ignoreElements, endWith, type Observable } from 'rxjs';
import { McpController } from './mcp.controller.js';
import { McpOptionsError } from './options/invalid-option.js';
import type { MountKind } from './options/module-options.js';
import { isIntercepted } from './nest/interceptors.js';
import { PATH_METADATA } from './nest/metadata-keys.js';

const MOUNTS: readonly MountKind[] = ['controller', 'direct', 'http-server'];
const VERBS = ['post', 'get', 'delete'] as const;
/** What Nest's adapter for Fastify passes to the route. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';
/** What @nestjs/swagger asks before it describes the routes of a controller. */
const SWAGGER_EXCLUDED = 'swagger/apiExcludeController';
/** Marks the handlers of a server's routes, from which its real paths are read. */
const MCP_ROUTE = 'nestjs-mcp-fleet:route';
const MODULE_REF = Symbol('nestjs-mcp-fleet:module-ref');

/**
 * Derives the controller of one server. Its handlers are its own, because Nest copies their metadata to its routes: so
 * each server recognizes its routes, wherever prefixes and versions have put them.
 *
 * @param route identifies the server
 */
function servedController(base: Type<McpController>, route: symbol): Type<McpController> {
  class Served extends base {}
  Inject(ModuleRef)(Served.prototype, MODULE_REF);
  for (const verb of VERBS) {
    const inherited: unknown = base.prototype[verb];
    const handler = verb === 'get' ? streaming(inherited as Streaming) : forwarding(inherited as Forwarding);
    for (const key of Reflect.getMetadataKeys(inherited as object)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, inherited as object), handler);
    }
    const config: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, handler);
    Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG, { ...(config as object | undefined), [MCP_ROUTE]: route }, handler);
    Reflect.defineMetadata(MCP_ROUTE, route, handler);
    Object.defineProperty(Served.prototype, verb, { value: handler, configurable: true, writable: true });
  }
  Object.defineProperty(Served, 'name', { value: base.name });
  if (ownPath(base) === undefined) Controller()(Served);
  Reflect.defineMetadata(SWAGGER_EXCLUDED, [true], Served);
  return Served;
}

/** The controller of one server, and how its routes are recognized. */
export interface ServedController {
  readonly controller: Type<McpController>;
  /** The path of the application's own `@Controller()`. */
  readonly path: string | undefined;
  isMarked(handlerOrConfig: object): boolean;
}

/**
 * @returns `undefined` if the endpoint is mounted next to the router, or not at all
 * @throws {McpOptionsError} for an invalid `mount` or `controller`, and for a controller that would not be used
 */
export function controllerOf(
  mount: MountKind,
  isWithoutHttp: boolean,
  controller: Type<object> = McpController,
): ServedController | undefined {
  if (!MOUNTS.includes(mount)) {
    throw new McpOptionsError(
      `McpModule option "mount" is "${String(mount)}"; it must be one of "${MOUNTS.join('", "')}".`,
    );
  }
  if (!isControllerClass(controller)) {
    throw new McpOptionsError('McpModule option "controller" must be a class that extends McpController.');
  }
  const isUsed = mount === 'controller' && !isWithoutHttp;
  if (!isUsed && controller !== McpController) {
    throw new McpOptionsError(
      'McpModule option "controller" needs the mount "controller" and a path; remove one of them.',
    );
  }
  if (!isUsed) return undefined;
  const route = Symbol('nestjs-mcp-fleet:route');
  return {
    controller: servedController(controller, route),
    path: ownPath(controller),
    isMarked: (target) =>
      typeof target === 'function'
        ? Reflect.getMetadata(MCP_ROUTE, target) === route
        : (target as Record<string, unknown>)[MCP_ROUTE] === route,
  };
}

const isControllerClass = (given: unknown): given is Type<McpController> =>
  typeof given === 'function' && (given === McpController || given.prototype instanceof McpController);

/** The path that the application's own `@Controller()` gives the endpoint, if any. */
function ownPath(controller: Type<McpController>): string | undefined {
  const given = Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined;
  const path = Array.isArray(given) ? given[0] : given;
  return path === undefined ? undefined : `/${path.replace(/^\/+|\/+$/g, '')}`;
}

/** Has an effect until Nest reads the controllers' paths, which it does when the application starts. */
export const placeController = (controller: Type<McpController>, path: string): void =>
  Reflect.defineMetadata(PATH_METADATA, path, controller);

type Forwarding = (...args: unknown[]) => Promise<void>;
type Streaming = (...args: unknown[]) => Observable<unknown>;

const forwarding = (inherited: Forwarding) =>
  function (this: McpController, ...args: unknown[]): Promise<void> {
    return inherited.apply(this, args);
  };

/** What Nest injects into it beside what it inherits. */
type ServedInstance = McpController & { readonly [MODULE_REF]: ModuleRef };

/**
 * The events are written already when they are emitted. Interceptors of the application get the end of the stream only:
 * one that caches responses would otherwise answer the next client with an event of this one.
 *
 * Without interceptors nobody in Nest's pipeline waits for that end. It is let go as soon as the stream is open, because
 * what it holds of a waiting request takes more memory than an idle stream.
 */
function streaming(inherited: Streaming) {
  // Nest has read the interceptors when the first request comes.
  let hasInterceptors: boolean | undefined;
  return function handler(this: ServedInstance, ...args: unknown[]): Observable<undefined> | Promise<void> {
    hasInterceptors ??= isIntercepted(this[MODULE_REF], this.constructor, handler);
    if (hasInterceptors) return inherited.apply(this, args).pipe(ignoreElements(), endWith(undefined));
    // It serves requests of any method, and resolves when the stream is open.
    if (inherited === McpController.prototype.get) return McpController.prototype.post.apply(this, args as Parameters);
    return opened(inherited.apply(this, args));
  };
}

type Parameters = [request: object, response: object, next?: () => void];

/** @returns resolves with the first event, or the end of a stream that has none */
const opened = (events: Observable<unknown>): Promise<void> =>
  new Promise((resolve, reject) => {
    events.subscribe({ next: () => resolve(), error: reject, complete: resolve });
  });
