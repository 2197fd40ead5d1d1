// The parts of Nest's container that no public entry of both majors exports. Nest 12 also exports them from
// `@nestjs/core/internal`, which Nest 11 has not; the files below are the same in both.
import type { CanActivate, Type } from '@nestjs/common';
import { ModuleRef, type ApplicationConfig } from '@nestjs/core';
import type { Module } from '@nestjs/core/injector/module.js';

export type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
export { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
export { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
export { Injector } from '@nestjs/core/injector/injector.js';
export type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
export type { Module } from '@nestjs/core/injector/module.js';
export { REQUEST_CONTEXT_ID } from '@nestjs/core/router/request/request-constants.js';

/** The number of guards that run on every route of the application. */
export function globalGuards(moduleRef: ModuleRef): number {
  const config = configOf(moduleRef);
  return config.getGlobalGuards().length + config.getGlobalRequestGuards().length;
}

/** The guards that run on every route of the application and have one instance. */
export const globalGuardsOf = (moduleRef: ModuleRef): readonly CanActivate[] => configOf(moduleRef).getGlobalGuards();

/** How the application is configured. */
export const configOf = (moduleRef: ModuleRef): ApplicationConfig =>
  (moduleRef as unknown as { container: { applicationConfig: ApplicationConfig } }).container.applicationConfig;

/** Instances that no module provides, by the module in which they were constructed. */
const constructed = new WeakMap<Module, Map<Type, Promise<unknown>>>();

/**
 * The instance of a class that a method of a module names: that of the module itself, of any other, or else one that is
 * constructed in the module, as Nest does with guards.
 *
 * @throws Error if it is request-scoped, or if one of its dependencies is missing
 */
export async function instanceFor<T>(type: Type<T>, module: Module): Promise<T> {
  const moduleRef = module.providers.get(ModuleRef)!.instance as ModuleRef;
  for (const strict of [true, false]) {
    try {
      return moduleRef.get(type, { strict });
    } catch (error) {
      if ((error as Error).constructor.name === 'InvalidClassScopeException') {
        throw new Error(`${type.name} is request-scoped or transient: make it a singleton`, { cause: error });
      }
    }
  }
  let own = constructed.get(module);
  if (!own) constructed.set(module, (own = new Map()));
  let instance = own.get(type);
  if (!instance) {
    instance = moduleRef.create(type);
    own.set(type, instance);
    // Another attempt may be made in a module that has its dependencies.
    instance.catch(() => own.delete(type));
  }
  return instance as Promise<T>;
}

/**
 * The instance of a class that the application names outside of any module: that of a module, or else one that is
 * constructed in the first module that has all of its dependencies.
 *
 * @throws Error if it is request-scoped, or if no module has its dependencies
 */
export async function instanceIn<T>(type: Type<T>, modules: Iterable<Module>): Promise<T> {
  let problem: unknown;
  for (const module of modules) {
    try {
      return await instanceFor(type, module);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}
