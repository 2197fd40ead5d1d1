import type { McpModuleOptions } from 'nestjs-mcp-fleet';

/** How the samples mount their endpoint: `MOUNT=direct` or `MOUNT=http-server`, or by default as a controller. */
export const MOUNT = process.env.MOUNT as McpModuleOptions['mount'];
