import type { AccessControl } from '../../access/access-control.js';
import type { Catalog } from '../../catalog/catalog.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import type { SessionChanges } from '../../broadcast/session-changes.js';
import type { SessionRecord } from '../../session/session-record.js';
import type { SessionStore } from '../../session/session-store.js';
import type { Capabilities } from '../capabilities.js';
import type { Peer } from '../../exchange/peer.js';
import type { Method } from '../method.js';
import { requireResource, uriOf } from './resources.js';

/** `resources/subscribe`. The subscription is stored in the session; updates are sent on its standalone stream. */
export const subscribeResource = (
  catalog: Catalog,
  capabilities: Capabilities,
  sessions: SessionStore,
  changes: SessionChanges,
  access: AccessControl,
): Method => ({
  name: 'resources/subscribe',
  eras: ['legacy'],
  available: capabilities.resources,
  async run(params, exchange) {
    const uri = uriOf(params);
    await requireResource(catalog, access, exchange, uri);
    const session = sessionOf(exchange.peer);
    if ((await sessions.subscribe(session, uri)) === 'limit') {
      throw new McpError(ErrorCode.InvalidRequest, 'This session has reached its limit of resource subscriptions');
    }
    await changes.announceSubscription(session);
    return {};
  },
});

/** `resources/unsubscribe`. A URI that is not subscribed is not an error. */
export const unsubscribeResource = (
  capabilities: Capabilities,
  sessions: SessionStore,
  changes: SessionChanges,
): Method => ({
  name: 'resources/unsubscribe',
  eras: ['legacy'],
  available: capabilities.resources,
  async run(params, { peer }) {
    const session = sessionOf(peer);
    await sessions.unsubscribe(session, uriOf(params));
    await changes.announce(session);
    return {};
  },
});

function sessionOf(peer: Peer): SessionRecord {
  if (!peer.session) throw new McpError(ErrorCode.InvalidRequest, 'Resource subscriptions need a session');
  return peer.session;
}
