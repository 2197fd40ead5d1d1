import type { AccessControl } from '../access/access-control.js';
import type { Catalog } from '../catalog/catalog.js';
import { Exchange, NO_OUTLET } from '../exchange/exchange.js';
import type { Peer } from '../exchange/peer.js';
import { isObject, notificationText } from '../protocol/messages.js';
import type { Extension, Extensions } from './extension.js';
import { findResource } from './methods/resources.js';

const METHOD = 'notifications/resources/updated';
/** How a stored notification about a resource begins. */
const BEGINNING = notificationText(METHOD, {}).slice(0, -'{}}'.length);

/** Whose stream it is, asked only where something has to be decided. */
export interface MessageReader {
  peer(): Peer;
}

/**
 * Whether somebody may still hear that a resource has changed, or of an extension. Policies may have changed their mind
 * since it was asked for. A subscription of a session outlives the token with which it was made, too: a refreshed token may have fewer
 * scopes, and notifications are stored for it meanwhile.
 */
export class NotificationAccess {
  constructor(
    private readonly catalog: Catalog,
    private readonly access: AccessControl,
    private readonly extensions: Extensions,
  ) {}

  /** @param exchange of the request that listens */
  readonly mayHear = (exchange: Exchange, uri: string): boolean | Promise<boolean> =>
    this.#mayHear(uri, () => exchange);

  /** @param id the identifier of an extension that has a notification */
  readonly mayHearOf = (exchange: Exchange, id: string): boolean | Promise<boolean> => {
    const extension = this.extensions.get(id);
    return extension !== undefined && this.access.permits(extension, exchange);
  };

  /** @param reader of the stream */
  readonly mayReceive = (reader: MessageReader, text: string): boolean | Promise<boolean> => {
    if (!text.startsWith(BEGINNING)) {
      const extension = this.#extensionOf(text);
      if (extension === undefined || this.access.isForAll(extension)) return true;
      return this.access.permits(extension, asExchange(reader.peer()));
    }
    const { params } = JSON.parse(text) as { params?: unknown };
    if (!isObject(params) || typeof params.uri !== 'string') return true;
    return this.#mayHear(params.uri, () => asExchange(reader.peer()));
  };

  /** The extension whose notification a stored one is. */
  #extensionOf(text: string): Extension | undefined {
    if (this.extensions.members.size === 0) return undefined;
    const method = /^\{"jsonrpc":"2\.0","method":"([^"\\]+)"/.exec(text)?.[1];
    return method === undefined ? undefined : this.extensions.notification(method)?.extension;
  }

  #mayHear(uri: string, exchange: () => Exchange): boolean | Promise<boolean> {
    const found = findResource(this.catalog, uri);
    // What was removed meanwhile has changed, too.
    if (!found || this.access.isForAll(found.entry)) return true;
    return this.access.permitsCall(found.entry, exchange(), found.variables);
  }
}

const asExchange = (peer: Peer): Exchange => new Exchange(peer, { jsonrpc: '2.0', id: 0, method: METHOD }, NO_OUTLET);
