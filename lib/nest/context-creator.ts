import type { ArgumentsHost } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import { HandlerMetadataStorage } from '@nestjs/core/helpers/handler-metadata-storage.js';

/** The part of Nest's `InterceptorsConsumer` that is used here. */
export interface InterceptorsConsumer {
  intercept(interceptors: readonly unknown[], args: unknown[], ...rest: any[]): Promise<unknown>;
}
/** The part of Nest's `PipesConsumer` that is used here. */
export interface PipesConsumer {
  apply(
    value: unknown,
    metadata: { type: number | string; metatype?: unknown },
    pipes: readonly unknown[],
  ): Promise<unknown>;
}
/** The part of Nest's `ExternalExceptionFilterContext` that is used here. */
export interface FiltersCreator {
  create(...args: unknown[]): { invokeCustomFilters(error: unknown, host: ArgumentsHost): unknown };
}

/** The members of Nest's `ExternalContextCreator` that a derived one replaces. */
export interface CreatorParts {
  readonly interceptorsConsumer: InterceptorsConsumer;
  readonly pipesConsumer: PipesConsumer;
  readonly filtersContextCreator: FiltersCreator;
}

/** The part of Nest's creators of guards, interceptors, pipes and filters that is used here. */
export interface EnhancersCreator {
  /** The global enhancers, as instances. */
  getGlobalMetadata(...args: unknown[]): unknown[];
  /** Makes what runs of classes and instances; there are none where nothing is bound. */
  createConcreteContext(metadata: readonly unknown[] | undefined, ...args: unknown[]): unknown[];
}
export interface EnhancersCreators {
  readonly guardsContextCreator: EnhancersCreator;
  readonly interceptorsContextCreator: EnhancersCreator;
  readonly pipesContextCreator: EnhancersCreator;
  readonly filtersContextCreator: EnhancersCreator;
}

/** What the replacements need to have; they are called by Nest alone. */
type Replacements = { readonly [K in keyof CreatorParts]: object };

/**
 * Derives a creator of external contexts with other parts. It keeps parameters of its own: Nest 11 remembers those of a
 * method by its name alone, so that a GraphQL resolver or a command that is a tool too would get the other's.
 */
export function deriveCreator(
  creator: ExternalContextCreator,
  replace: (parts: CreatorParts) => Replacements,
): ExternalContextCreator {
  const { interceptorsConsumer, pipesConsumer, filtersContextCreator } = creator as unknown as Partial<CreatorParts>;
  if (!interceptorsConsumer || !pipesConsumer || !filtersContextCreator) {
    throw new Error(
      'This version of @nestjs/core is not supported: its ExternalContextCreator has other members. Use ^11.1.0 or ^12.0.0.',
    );
  }
  return Object.assign(
    Object.create(creator) as ExternalContextCreator,
    { handlerMetadataStorage: new HandlerMetadataStorage() },
    replace({ interceptorsConsumer, pipesConsumer, filtersContextCreator }),
  );
}

/** Nest finds the module of a host among providers only, and would leave out the enhancers of a controller's module. */
export const inModule = (creator: ExternalContextCreator, token: string): ExternalContextCreator =>
  Object.assign(Object.create(creator) as ExternalContextCreator, {
    getHostModuleKey: () => token,
    // The first releases of Nest 11 look by class only.
    getContextModuleKey: () => token,
  });
