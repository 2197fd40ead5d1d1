export { McpAllow, McpPublic, McpRoles, McpScopes } from './access.decorators.js';
export * from './app.decorator.js';
export type { McpAppCsp, McpAppLink, McpAppOptions, McpAppPermission, McpAppVisibility } from './app-options.js';
export * from './complete.decorator.js';
export * from './expose.decorator.js';
export type { McpExtensionOptions, McpMethodOptions } from './extension-options.js';
export * from './extension.decorator.js';
export type { EnhancerChoice, GlobalEnhancers } from './global-enhancers.js';
export { McpLimit } from './limit.decorator.js';
export { McpArgs, McpCtx, McpPrincipal, McpSession } from './parameter.decorators.js';
export * from './prompt.decorator.js';
export * from './resource.decorator.js';
export * from './skill.decorator.js';
export type { McpSkillContent, McpSkillOptions } from './skill-options.js';
export * from './tool.decorator.js';
export type {
  ExposableRoute,
  ExposedRoutes,
  McpCompleteOptions,
  McpExposeOptions,
  McpPromptOptions,
  McpResourceOptions,
  McpToolOptions,
  RouteNames,
} from './metadata.js';
