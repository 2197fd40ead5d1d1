import { ValidationPipe } from '@nestjs/common';
import { ParameterKind } from '../decorators/parameter.decorators.js';

/** What is used of Nest's pipes consumer. */
export interface PipesConsumer {
  apply(
    value: unknown,
    metadata: { type: number | string; metatype?: unknown },
    pipes: readonly unknown[],
  ): Promise<unknown>;
}

/** As in Nest's router: pipes see what the client sent and what custom decorators made, never the context or headers. */
export const pipingArguments = (consumer: PipesConsumer): PipesConsumer => ({
  async apply(value, metadata, pipes) {
    if (typeof metadata.type === 'string') return consumer.apply(value, metadata, pipes);
    if (!PIPED.includes(metadata.type)) return value;
    const isInstance = typeof metadata.metatype === 'function' && value instanceof metadata.metatype;
    return consumer.apply(value, metadata, isInstance ? pipes.filter(isNoValidationPipe) : pipes);
  },
});

const PIPED: readonly number[] = [ParameterKind.Arguments, ParameterKind.Query, ParameterKind.Param];

/**
 * A valid instance of the parameter's class would be checked again, its `@Transform`s would apply twice, and without
 * `transform: true` it would become a plain object. A subclass with a way of its own is left alone.
 */
const isNoValidationPipe = (pipe: unknown): boolean =>
  !(pipe instanceof ValidationPipe && pipe.transform === ValidationPipe.prototype.transform);
