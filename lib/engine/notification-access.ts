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
 * Whether a message of a session's standalone stream may still be sent. A subscription outlives the token with which it
 * was made: a refreshed token may have fewer scopes, and notifications are stored for it meanwhile.
 */
export class NotificationAccess {
  constructor(
    private readonly catalog: Catalog,
    private readonly access: AccessControl,
  ) {}

  /** @param peer who reads the stream now */
  readonly mayReceive = (peer: Peer, text: string): boolean | Promise<boolean> => {
    if (!text.startsWith(BEGINNING)) return true;
    const { params } = JSON.parse(text) as { params?: unknown };
    const found =
      isObject(params) && typeof params.uri === 'string' ? findResource(this.catalog, params.uri) : undefined;
    // What was removed meanwhile has changed, too.
    if (!found || this.access.isForAll(found.entry)) return true;
    const exchange = new Exchange(peer, { jsonrpc: '2.0', id: 0, method: METHOD }, NO_OUTLET);
    return this.access.permitsCall(found.entry, exchange, found.variables);
  };
}
