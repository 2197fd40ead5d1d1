import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import type { SchemaSource } from '../schema/index.js';
import type { GlobalEnhancers } from './global-enhancers.js';

/**
 * The options of `@McpExtension()`.
 *
 * @publicApi
 */
export interface McpExtensionOptions {
  /** The identifier: a prefix of your own in reverse domain notation, and a name, such as `com.example/stock`. */
  readonly id: string;
  /** The server it belongs to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /** The settings that clients find under the identifier in the capabilities of the server. Default: `{}`. */
  readonly settings?: JsonObject;
  /** The eras in which it is advertised and its methods exist. Default: both. */
  readonly eras?: readonly Era[];
  /**
   * Whether its methods are only for clients that declare the extension, too; others are refused with `-32021`. Default:
   * `false`.
   */
  readonly mustDeclare?: boolean;
  /**
   * Its notifications, each under the member with which a modern client asks for it in the filter of
   * `subscriptions/listen`, such as `{ stockChanged: 'notifications/stock/changed' }`. Legacy clients get them if they
   * declare the extension. `McpServer.notify()` sends them. Default: none.
   */
  readonly notifications?: Readonly<Record<string, string>>;
}

/**
 * The options of `@McpMethod()`.
 *
 * @publicApi
 */
export interface McpMethodOptions {
  /** The JSON-RPC method, such as `stock/quote`. */
  readonly name: string;
  /** A DTO class, Standard Schema or JSON Schema of the parameters. Default: the type of the method's first parameter. */
  readonly input?: SchemaSource;
  /** Which global enhancers run around it. Default: as the option `globalEnhancers` of the server says, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
  /** How long a call may take, in ms; see the option `callTimeoutMs`. Default: `callTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Whether the start-up warnings about its schema are known and no longer to be logged. Default: `false`. */
  readonly acknowledged?: boolean;
}
