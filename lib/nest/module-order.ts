import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** Moves the modules of a class before all others that have controllers: Nest registers routes in this order. */
export function putFirst(modules: ModulesContainer, metatype: Type): void {
  const entries = [...modules.entries()];
  const isMoved = (entry: (typeof entries)[number]): boolean => entry[1].metatype === metatype;
  const first = entries.findIndex(([, { controllers }]) => controllers.size > 0);
  if (first === -1) return;
  const before = entries.slice(0, first).filter((entry) => !isMoved(entry));
  const after = entries.slice(first).filter((entry) => !isMoved(entry));
  modules.clear();
  for (const [token, module] of [...before, ...entries.filter(isMoved), ...after]) modules.set(token, module);
}
