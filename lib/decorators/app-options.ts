import type { CacheHint, Icon } from '../protocol/definitions.js';
import type { JsonObject } from '../protocol/messages.js';
import type { GlobalEnhancers } from './global-enhancers.js';

/**
 * The origins that a page may use, such as `https://api.example.com`, `wss://live.example.com` or
 * `https://*.example.com`. Hosts block all others.
 *
 * @publicApi
 */
export interface McpAppCsp {
  /** Where it may send requests (`connect-src`). Default: nowhere. */
  readonly connectDomains?: readonly string[];
  /** Where scripts, styles, images, fonts and media may come from. Default: only from the page itself. */
  readonly resourceDomains?: readonly string[];
  /** What it may show in frames (`frame-src`). Default: nothing. */
  readonly frameDomains?: readonly string[];
  /** What its `<base>` may be (`base-uri`). Default: its own origin. */
  readonly baseUriDomains?: readonly string[];
}

/**
 * What a page asks its host to allow. A host may refuse, so the page must do without.
 *
 * @publicApi
 */
export type McpAppPermission = 'camera' | 'microphone' | 'geolocation' | 'clipboardWrite';

/**
 * The options of `@McpApp()`.
 *
 * @publicApi
 */
export interface McpAppOptions {
  /** A fixed URI that begins with `ui://`, such as `ui://weather/forecast`. */
  readonly uri: string;
  /** The name. Default: the name of the method. */
  readonly name?: string;
  /** The display name for people. Default: none. */
  readonly title?: string;
  /** What the page shows. Default: none. */
  readonly description?: string;
  /** Icons for clients to show. Default: none. */
  readonly icons?: readonly Icon[];
  /** The origins that it may use. Default: none. */
  readonly csp?: McpAppCsp;
  /** What it asks its host to allow. Default: nothing. */
  readonly permissions?: readonly McpAppPermission[];
  /** The origin that the host gives it; which ones there are, each host says itself. Default: as the host likes. */
  readonly domain?: string;
  /** Whether the host draws a border and a background. Default: as the host likes. */
  readonly prefersBorder?: boolean;
  /** Further members of the `_meta` of the resource and of its contents. Default: none. */
  readonly meta?: JsonObject;
  /** How long a modern client may cache the page, and for whom. Default: no caching. */
  readonly cache?: CacheHint;
  /** The server it belongs to, if the application has several. Default: the server without a name. */
  readonly server?: string;
  /** Which global enhancers run around it. Default: as the option `globalEnhancers` of the server says, kind by kind. */
  readonly globalEnhancers?: GlobalEnhancers;
  /** How long a call may take, in ms; see the option `callTimeoutMs`. Default: `callTimeoutMs`. */
  readonly timeoutMs?: number;
}

/**
 * Who may use a tool: the model, the page, or both.
 *
 * @publicApi
 */
export type McpAppVisibility = 'model' | 'app';

/**
 * How a tool belongs to a page: the URI of the page that shows its results, or who may use it as well.
 *
 * @publicApi
 */
export type McpAppLink =
  | string
  | {
      /** The page that shows its results. Default: none. */
      readonly uri?: string;
      /**
       * Who may use it. What is only for pages is hidden from clients that show none, as a model would find it there.
       * Default: both.
       */
      readonly visibility?: readonly McpAppVisibility[];
    };
