export * from './complete.decorator.js';
export { McpArgs, McpCtx, McpPrincipal, McpSession } from './parameter.decorators.js';
export * from './prompt.decorator.js';
export * from './resource.decorator.js';
export * from './tool.decorator.js';
export type { McpCompleteOptions, McpPromptOptions, McpResourceOptions, McpToolOptions } from './metadata.js';
