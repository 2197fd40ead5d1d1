import { MCP_RESOURCE, type McpResourceOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method the reader of a resource, or of all resources that match a URI template. The method returns text,
 * bytes, any JSON value, resource contents, or `undefined` if the resource does not exist.
 *
 * At start-up an invalid URI, template or schema is reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpResource({ uri: 'weather://{city}/now', mimeType: 'application/json' })
 * now({ city }: CityArgs) {
 *   return this.stations.find(city);
 * }
 * ```
 * @see 2026-07-28 server/resources
 * @publicApi
 */
export const McpResource = (options: McpResourceOptions): MethodDecorator => primitive(MCP_RESOURCE, options);
