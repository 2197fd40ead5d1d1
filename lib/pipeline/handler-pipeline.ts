import type { McpExecutionArguments } from './execution-context.js';

/** The method itself. */
export type HandlerFunction = (...args: unknown[]) => unknown;

/** A method with its guards, interceptors, pipes and filters around it. @returns a promise, or what it has returned */
export type HandlerPipeline = (...args: McpExecutionArguments) => unknown;
