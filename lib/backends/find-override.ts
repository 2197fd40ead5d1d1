import { Logger, type Abstract, type InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { Injector, type InstanceWrapper, type Module } from '../nest/container.js';
import { isSameClass } from '../packages/known-across-copies.js';
import { SessionStore } from '../session/session-store.js';
import { EventLog } from '../stream/event-log.js';

/** Parts that hold the sessions of one server. If servers shared one, each would serve the sessions of the other. */
const UNSHAREABLE: readonly unknown[] = [SessionStore, EventLog];
const overridesInUse = new WeakSet<InstanceWrapper>();

/** Nest does not detect that a part and the server wait for each other, and would wait silently. */
const DEADLOCK_WARNING_MS = 5000;

/**
 * Finds a provider of the application that overrides a part: `{ provide: SessionStore, useClass: MyStore }` in any of
 * its modules is enough. Nest itself would only search the modules that this one imports, and it imports none of them.
 *
 * @param own the class of this package's module, whose own default is not an override
 * @throws {Error} when servers of one application would share a part that each must have for itself
 */
export async function findOverride<T>(
  token: Abstract<T>,
  modules: ModulesContainer,
  own: unknown,
): Promise<T | undefined> {
  for (const module of modules.values()) {
    const wrapper = isSameClass(module.metatype, own) ? undefined : providerOf(module, token);
    if (!wrapper) continue;
    if (UNSHAREABLE.includes(token)) {
      if (overridesInUse.has(wrapper)) throw new Error(sharedMessage(nameOf(token), module.name));
      overridesInUse.add(wrapper);
    }
    const warn = (): void => new Logger('McpModule').warn(waitingMessage(nameOf(token), module.name));
    const timer = setTimeout(warn, DEADLOCK_WARNING_MS).unref();
    await new Injector().loadProvider(wrapper, module);
    clearTimeout(timer);
    return wrapper.instance as T;
  }
  return undefined;
}

/** The application may know the token from another copy of this package than the module. */
const providerOf = ({ providers }: Module, token: unknown): InstanceWrapper | undefined =>
  providers.get(token as InjectionToken) ?? [...providers.values()].find((one) => isSameClass(one.token, token));

const nameOf = (token: unknown): string => (token as { name: string }).name;

const sharedMessage = (part: string, module: string): string =>
  `The ${part} of ${module} would be shared by several servers of this application, and their sessions with it. Give each server its own, in "providers" of McpModule.forRoot().`;

const waitingMessage = (part: string, module: string): string =>
  `Still waiting for the ${part} of ${module}. If it or one of its dependencies injects McpServer, the two wait for each other: inject ModuleRef instead, and get McpServer from it when it is needed.`;
