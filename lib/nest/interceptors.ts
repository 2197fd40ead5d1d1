import type { ModuleRef } from '@nestjs/core';
import { configOf } from './container.js';
import { INTERCEPTORS_METADATA } from './metadata-keys.js';

/** Whether interceptors run around a handler: those of the application, of its controller or its own. */
export function isIntercepted(moduleRef: ModuleRef, controller: object, handler: object): boolean {
  const config = configOf(moduleRef);
  if (config.getGlobalInterceptors().length + config.getGlobalRequestInterceptors().length > 0) return true;
  return [controller, handler].some((target) => Reflect.hasMetadata(INTERCEPTORS_METADATA, target));
}
