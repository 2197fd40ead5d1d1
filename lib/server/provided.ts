import type { Abstract, InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { Injector } from '@nestjs/core/internal';

/**
 * A provider of the application that stands for a part of ours: `{ provide: SessionStore, useClass: MyStore }` in any of
 * its modules is enough. Nest would look into the importing direction only, and we import nobody.
 *
 * @param own the class of the module that asks, whose own default is not meant
 */
export async function provided<T>(token: Abstract<T>, modules: ModulesContainer, own: unknown): Promise<T | undefined> {
  for (const module of modules.values()) {
    const wrapper = module.metatype === own ? undefined : module.providers.get(token as InjectionToken);
    if (!wrapper || wrapper.isAlias) continue;
    await new Injector().loadProvider(wrapper, module);
    return wrapper.instance as T;
  }
  return undefined;
}
