import type { AccessControl } from '../access/access-control.js';
import type { Catalog } from '../catalog/catalog.js';
import { Exchange, NO_OUTLET } from '../exchange/exchange.js';
import type { Peer } from '../exchange/peer.js';
import { isObject, notificationText } from '../protocol/messages.js';
import { findResource } from './methods/resources.js';

const METHOD = 'notifications/resources/updated';
/** How a stored notification about a resource begins. */
const BEGINNING = notificationText(METHOD, {}).slice(0, -'{}}'.length);

/**
 * Whether somebody may still hear that a resource has changed. Policies may have changed their mind since it was asked
 * for. A subscription of a session outlives the token with which it was made, too: a refreshed token may have fewer
 * scopes, and notifications are stored for it meanwhile.
 */
export class NotificationAccess {
  constructor(
    private readonly catalog: Catalog,
    private readonly access: AccessControl,
  ) {}

  /** @param exchange of the request that listens */
  readonly mayHear = (exchange: Exchange, uri: string): boolean | Promise<boolean> =>
    this.#mayHear(uri, () => exchange);

  /** @param peer who reads the stream now */
  readonly mayReceive = (peer: Peer, text: string): boolean | Promise<boolean> => {
    if (!text.startsWith(BEGINNING)) return true;
    const { params } = JSON.parse(text) as { params?: unknown };
    if (!isObject(params) || typeof params.uri !== 'string') return true;
    return this.#mayHear(params.uri, () => new Exchange(peer, { jsonrpc: '2.0', id: 0, method: METHOD }, NO_OUTLET));
  };

  #mayHear(uri: string, exchange: () => Exchange): boolean | Promise<boolean> {
    const found = findResource(this.catalog, uri);
    // What was removed meanwhile has changed, too.
    if (!found || this.access.isForAll(found.entry)) return true;
    return this.access.permitsCall(found.entry, exchange(), found.variables);
  }
}
