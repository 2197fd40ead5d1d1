import { MCP_RESOURCE, type McpResourceOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method the reader of a resource, or of all resources that match a URI template. It returns text, bytes, any
 * JSON value, resource contents, or `undefined` for "no such resource".
 *
 * @see 2026-07-28 server/resources
 */
export const McpResource = (options: McpResourceOptions): MethodDecorator => primitive(MCP_RESOURCE, options);
