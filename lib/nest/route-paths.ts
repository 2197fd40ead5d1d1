import type { ApplicationConfig, ExternalContextCreator } from '@nestjs/core';
import type { VersionValue } from '@nestjs/common/interfaces/version-options.interface.js';
import { MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import type { Module } from './container.js';

/** The paths of a route as Nest's router registers them: with the global prefix, the version and the module's path. */
export function routePaths(
  creator: ExternalContextCreator,
  module: Module,
  type: object,
  handler: object,
  verb: number,
): string[] {
  const { container } = creator as unknown as {
    container: { applicationConfig: ApplicationConfig; getModules(): { applicationId?: string } };
  };
  const config = container.applicationConfig;
  const versioning = config.getVersioning();
  const modulePath = Reflect.getMetadata(MODULE_PATH + (container.getModules().applicationId ?? ''), module.metatype);
  return new RoutePathFactory(config).create(
    {
      ctrlPath: withSlash(Reflect.getMetadata(PATH_METADATA, type)),
      methodPath: withSlash(Reflect.getMetadata(PATH_METADATA, handler)),
      globalPrefix: withSlash(config.getGlobalPrefix()),
      modulePath: (modulePath ?? Reflect.getMetadata(MODULE_PATH, module.metatype)) as string,
      versioningOptions: versioning,
      controllerVersion: (Reflect.getMetadata(VERSION_METADATA, type) ?? versioning?.defaultVersion) as VersionValue,
      methodVersion: Reflect.getMetadata(VERSION_METADATA, handler) as VersionValue,
    },
    verb,
  );
}

/** The first path, where a decorator gives several. */
function withSlash(path: unknown): string {
  const first: unknown = Array.isArray(path) ? path[0] : path;
  return typeof first !== 'string' || first === '' || first === '/' ? '' : `/${first.replace(/^\/+|\/+$/g, '')}`;
}
