import { Logger, type Abstract, type InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { Injector, type InstanceWrapper } from '@nestjs/core/internal';
import { SessionStore } from '../session/session-store.js';
import { EventLog } from '../stream/event-log.js';

/** Parts that hold the sessions of one server: with a shared one, each would serve and tell the sessions of the other. */
const OF_ONE_SERVER: readonly unknown[] = [SessionStore, EventLog];
const taken = new WeakSet<InstanceWrapper>();

/** Nest does not see that a part and the server wait for each other, and would wait without a word. */
const STUCK_MS = 5000;

/**
 * A provider of the application that stands for a part of ours: `{ provide: SessionStore, useClass: MyStore }` in any of
 * its modules is enough. Nest would look into the importing direction only, and we import nobody.
 *
 * @param own the class of the module that asks, whose own default is not meant
 * @throws when the servers of one application would share what has to be their own
 */
export async function findOverride<T>(
  token: Abstract<T>,
  modules: ModulesContainer,
  own: unknown,
): Promise<T | undefined> {
  for (const module of modules.values()) {
    const wrapper = module.metatype === own ? undefined : module.providers.get(token as InjectionToken);
    if (!wrapper) continue;
    if (OF_ONE_SERVER.includes(token)) {
      if (taken.has(wrapper)) throw new Error(shared(nameOf(token), module.name));
      taken.add(wrapper);
    }
    const stuck = setTimeout(() => new Logger('McpModule').warn(waiting(nameOf(token), module.name)), STUCK_MS).unref();
    await new Injector().loadProvider(wrapper, module);
    clearTimeout(stuck);
    return wrapper.instance as T;
  }
  return undefined;
}

const nameOf = (token: unknown): string => (token as { name: string }).name;

const shared = (part: string, module: string): string =>
  `The ${part} of ${module} would be shared by several servers of this application, and their sessions with it. Give each server its own, in "providers" of McpModule.forRoot().`;

const waiting = (part: string, module: string): string =>
  `Still waiting for the ${part} of ${module}. If it, or what it needs, injects McpServer, the two wait for each other: inject ModuleRef there, and get McpServer from it when it is used.`;
