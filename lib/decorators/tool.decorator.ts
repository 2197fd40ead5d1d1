import { MCP_TOOL, type McpToolOptions } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a method of a provider or controller a tool. Its parameters are `(args, ctx)` unless they are decorated. It may
 * return a value, a content array, a Promise, an Observable or an AsyncIterable.
 *
 * At start-up a duplicate name or an invalid schema is reported as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Weather {
 *   @McpTool({ description: 'The forecast of a city' })
 *   forecast({ city, days }: ForecastArgs, ctx: McpContext) {
 *     return this.forecasts.load(city, days, ctx.signal);
 *   }
 * }
 * ```
 * @see 2026-07-28 server/tools
 * @publicApi
 */
export const McpTool = (options: McpToolOptions = {}): MethodDecorator => primitive(MCP_TOOL, options);
