import type { ModulesContainer } from '@nestjs/core';
import type { HandlerHost } from './pipeline/handler-pipelines.js';
import { RuntimeHandlerHost } from './pipeline/runtime-handler-host.js';
import { McpRuntime } from './server/mcp-runtime.js';

/**
 * Finds the host of this server's run-time primitives in Nest's container. It is not injected, because global enhancers
 * may make it request-scoped, which would make every provider that injects it request-scoped too.
 */
export function hostOf(modules: ModulesContainer, runtime: McpRuntime): HandlerHost {
  for (const module of modules.values()) {
    const wrapper = module.providers.get(McpRuntime)?.instance === runtime && module.providers.get(RuntimeHandlerHost);
    if (wrapper) return { wrapper, module, method: 'run' };
  }
  throw new Error('The host of run-time primitives is not in the container.');
}
