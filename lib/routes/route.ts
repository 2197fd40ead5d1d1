import type { ExternalContextCreator } from '@nestjs/core';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '../nest/metadata-keys.js';
import type { Module } from '../nest/container.js';
import { routePaths } from '../nest/route-paths.js';
import { readParameters, type RouteParameter } from './read-parameters.js';

export type Class = new (...args: never[]) => unknown;

/** A method of a controller that answers HTTP requests, and may be a tool too. */
export interface Route {
  readonly type: Class;
  readonly method: string;
  readonly handler: object;
  readonly verb: string;
  /** The path with its parameters, as Nest's router registers it. */
  readonly path: string;
  readonly parameters: readonly RouteParameter[];
}

/** Whether Nest's router knows the method: `@Get()` and its like have marked it. */
export const isRoute = (handler: object): boolean => Reflect.hasMetadata(METHOD_METADATA, handler);

/** The HTTP method of a route. One that answers all of them is called as by a POST, which may have a body. */
export function verbOf(handler: object): string {
  const verb = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
  return verb === 'ALL' ? 'POST' : verb;
}

export function readRoute(creator: ExternalContextCreator, module: Module, type: Class, method: string): Route {
  const handler = (type.prototype as Record<string, object>)[method]!;
  const verb = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
  const [path = '/'] = routePaths(creator, module, type, handler, verb);
  return { type, method, handler, verb: verbOf(handler), path, parameters: readParameters(type, method, handler) };
}
