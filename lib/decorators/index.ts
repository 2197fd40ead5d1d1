export * from './complete.decorator.js';
export type { EnhancerChoice, GlobalEnhancers } from './global-enhancers.js';
export { McpArgs, McpCtx, McpPrincipal, McpSession } from './parameter.decorators.js';
export * from './prompt.decorator.js';
export * from './resource.decorator.js';
export * from './tool.decorator.js';
export type { McpCompleteOptions, McpPromptOptions, McpResourceOptions, McpToolOptions } from './metadata.js';
