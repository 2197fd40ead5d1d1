// The parts of Nest's container that no public entry of both majors exports. Nest 12 also exports them from
// `@nestjs/core/internal`, which Nest 11 has not; the files below are the same in both.
import type { ApplicationConfig, ModuleRef } from '@nestjs/core';

export type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
export { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
export { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
export { Injector } from '@nestjs/core/injector/injector.js';
export type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
export type { Module } from '@nestjs/core/injector/module.js';
export { REQUEST_CONTEXT_ID } from '@nestjs/core/router/request/request-constants.js';

/** The number of guards that run on every route of the application. */
export function globalGuards(moduleRef: ModuleRef): number {
  const { container } = moduleRef as unknown as { container: { applicationConfig: ApplicationConfig } };
  const { applicationConfig } = container;
  return applicationConfig.getGlobalGuards().length + applicationConfig.getGlobalRequestGuards().length;
}
