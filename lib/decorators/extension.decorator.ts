import { ENTRY_PROVIDER_WATERMARK } from '../nest/metadata-keys.js';
import type { McpExtensionOptions, McpMethodOptions } from './extension-options.js';
import { MCP_EXTENSION, MCP_METHOD } from './metadata.js';
import { primitive } from './primitive.js';

/**
 * Makes a provider an extension of the protocol: its identifier and its settings stand in the capabilities of the
 * server, its methods with `@McpMethod()` are JSON-RPC methods, and `McpServer.notify()` sends its notifications. What
 * `@McpScopes()` and the like say on the class holds for its methods and its notifications.
 *
 * At start-up an invalid or duplicate identifier, method or notification is reported.
 *
 * @example
 * ```ts
 * @McpExtension({
 *   id: 'com.example/stock',
 *   settings: { currency: 'EUR' },
 *   notifications: { stockChanged: 'notifications/stock/changed' },
 * })
 * @Injectable()
 * export class StockExtension {
 *   @McpMethod({ name: 'stock/quote' })
 *   quote({ article }: QuoteArgs) {
 *     return { article, price: this.prices.of(article) };
 *   }
 * }
 * ```
 * @see 2026-07-28 basic/versioning
 * @publicApi
 */
export const McpExtension =
  (options: McpExtensionOptions): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(MCP_EXTENSION, options, target);
    Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, target);
  };

/**
 * Makes a method of a class with `@McpExtension()` a JSON-RPC method. Its parameters are `(args, ctx)` unless they are
 * decorated. It returns an object, which is the result; errors are JSON-RPC errors. Guards, interceptors, pipes and
 * filters run around it, and access, limits and audit apply as they do to tools.
 *
 * At start-up a method that the server has already, or an invalid schema, is reported.
 *
 * @example
 * ```ts
 * @McpScopes('stock:read')
 * @McpMethod({ name: 'stock/quote', input: z.object({ article: z.string() }) })
 * quote({ article }: { article: string }, ctx: McpContext) {
 *   return { article, price: this.prices.of(article, ctx.principal) };
 * }
 * ```
 * @publicApi
 */
export const McpMethod = (options: McpMethodOptions): MethodDecorator => primitive(MCP_METHOD, options);
