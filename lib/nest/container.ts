// The parts of Nest's container that no public entry of both majors exports. Nest 12 also exports them from
// `@nestjs/core/internal`, which Nest 11 has not; the files below are the same in both.
export type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
export { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
export { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';
export { Injector } from '@nestjs/core/injector/injector.js';
export type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
export type { Module } from '@nestjs/core/injector/module.js';
export { REQUEST_CONTEXT_ID } from '@nestjs/core/router/request/request-constants.js';
