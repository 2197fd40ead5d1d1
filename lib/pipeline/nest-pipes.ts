import { ValidationPipe } from '@nestjs/common';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import type { PipesConsumer } from '../nest/context-creator.js';

/**
 * Applies pipes as Nest's router does: to what the client sent and to the values of custom decorators, never to the
 * context or the headers.
 */
export const pipingArguments = (consumer: PipesConsumer): PipesConsumer => ({
  async apply(value, metadata, pipes) {
    if (typeof metadata.type === 'string') return consumer.apply(value, metadata, pipes);
    if (!PIPED_KINDS.includes(metadata.type)) return value;
    const isInstance = typeof metadata.metatype === 'function' && value instanceof metadata.metatype;
    return consumer.apply(value, metadata, isInstance ? pipes.filter((pipe) => !isClassValidator(pipe)) : pipes);
  },
});

/** The parameters that pipes apply to. */
export const PIPED_KINDS: readonly number[] = [ParameterKind.Arguments, ParameterKind.Query, ParameterKind.Param];

export interface ClassPipe {
  transform(value: unknown, metadata: unknown): unknown;
}

/**
 * Whether a pipe validates against the parameter's class and does nothing else: a `ValidationPipe`, or that of
 * nestjs-zod. It would validate a valid instance again, apply its transforms twice, and return a plain object without
 * `transform: true`. A subclass that overrides `transform()` is another pipe.
 */
export const isClassValidator = (pipe: unknown): pipe is ClassPipe =>
  (pipe instanceof ValidationPipe && pipe.transform === ValidationPipe.prototype.transform) ||
  (pipe as object).constructor.name === 'ZodValidationPipe';
