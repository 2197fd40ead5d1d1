import type { McpAppOptions } from './app-options.js';
import { MCP_APP } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method the source of a page that hosts show beside the results of tools: an MCP App. It returns HTML as text
 * or bytes. Tools name it with their option `app`.
 *
 * At start-up a URI without `ui://`, and an origin that no policy can have, are reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpApp({ uri: 'ui://weather/forecast', csp: { connectDomains: ['https://tiles.example.com'] }, prefersBorder: true })
 * page() {
 *   return readFile('forecast.html', 'utf8');
 * }
 *
 * @McpTool({ app: 'ui://weather/forecast' })
 * forecast({ city }: CityArgs) {
 *   return this.forecasts.of(city);
 * }
 * ```
 * @see MCP Apps (SEP-1865)
 * @publicApi
 */
export const McpApp = (options: McpAppOptions): MethodDecorator => primitive(MCP_APP, options);
