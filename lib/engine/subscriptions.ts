import type { Broadcast } from '../broadcast/broadcast.js';
import type { ListName } from '../catalog/catalog.js';
import { CapacityError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import { META } from '../protocol/meta-keys.js';
import { SubscriptionEvent, SubscriptionNotification } from '../protocol/subscription-notification.js';
import { callAt } from '../limits/call-at.js';
import { SlicedWork } from '../limits/sliced-work.js';
import type { Exchange } from '../exchange/exchange.js';
import type { NotificationAccess } from './notification-access.js';

/** What one `subscriptions/listen` stream will receive: the `notifications` of its acknowledgement (L-4). */
export interface HonouredFilter {
  readonly toolsListChanged?: true;
  readonly promptsListChanged?: true;
  readonly resourcesListChanged?: true;
  readonly resourceSubscriptions?: readonly string[];
  readonly taskIds?: readonly string[];
  /** The members that ask for notifications of extensions. */
  readonly [member: string]: true | readonly string[] | undefined;
}

/** Follows something for one stream, from its acknowledgement to its end. @returns a function that stops it */
export type Follow = (notify: (method: string, params: JsonObject) => void) => () => void;

const LISTS: readonly ListName[] = ['tools', 'prompts', 'resources'];

const wants = (filter: HonouredFilter, list: ListName): boolean => filter[`${list}ListChanged`] === true;

const NO_URIS: ReadonlySet<string> = new Set();
const nothing = (): void => {};

/** One open request. Ten thousand may be idle, so it has no more than it needs. */
class Listener {
  readonly uris: ReadonlySet<string>;
  /** Stops what runs for it. */
  stop = nothing;

  constructor(
    readonly exchange: Exchange,
    readonly filter: HonouredFilter,
    private readonly resolve: (result: JsonObject) => void,
  ) {
    this.uris = filter.resourceSubscriptions?.length ? new Set(filter.resourceSubscriptions) : NO_URIS;
  }

  end(): void {
    this.stop();
    this.resolve({ _meta: { [META.subscriptionId]: this.exchange.request.id } });
  }
}

/**
 * The open `subscriptions/listen` requests of this instance. They are identified by their exchange and never by their
 * id, because two clients may use the same id (I-1). What all instances announce comes from the broadcast feed.
 */
export class Subscriptions {
  readonly #listeners = new Set<Listener>();
  readonly #byUri = new Map<string, Set<Listener>>();
  readonly #work = new SlicedWork();
  #closed = false;
  #uris = 0;

  /**
   * @param limit open listen requests of this instance
   * @param access whether a listener may still hear of something when it happens
   */
  constructor(
    private readonly limit: number,
    private readonly access: Pick<NotificationAccess, 'mayHear' | 'mayHearOf'>,
  ) {}

  get size(): number {
    return this.#listeners.size;
  }

  /** URIs in the filters of all listeners. */
  get uris(): number {
    return this.#uris;
  }

  /**
   * Acknowledges, then holds the request open until it is cancelled or the server closes. @returns its result
   *
   * @throws {CapacityError} if too many are open
   */
  listen(exchange: Exchange, filter: HonouredFilter, follow?: Follow): Promise<JsonObject> {
    if (this.#listeners.size >= this.limit) throw new CapacityError('Too many open subscriptions; try again later');
    return new Promise((resolve) => {
      const listener = new Listener(exchange, filter, resolve);
      tell(exchange, new SubscriptionEvent('notifications/subscriptions/acknowledged', { notifications: filter }));
      if (this.#closed) return listener.end();
      this.#add(listener);
      this.#accompany(listener, follow);
      this.#endOnCancel(listener);
    });
  }

  /** Its result is not sent then. */
  #endOnCancel(listener: Listener): void {
    listener.exchange.onCancel(() => {
      this.#remove(listener);
      listener.end();
    });
  }

  #accompany(listener: Listener, follow: Follow | undefined): void {
    const { exchange } = listener;
    const stopFollowing =
      follow?.((method, params) => tell(exchange, new SubscriptionEvent(method, params))) ?? nothing;
    if (stopFollowing === nothing && exchange.peer.endsAt === undefined) return;
    // The client gets its result, and 401 when it listens again with the same token (O-18).
    const stay = callAt(exchange.peer.endsAt, () => {
      this.#remove(listener);
      listener.end();
    });
    listener.stop = () => {
      stay();
      stopFollowing();
    };
  }

  /**
   * Tells every listener whose filter has what changed. A listener gets its notifications in the order of the events.
   */
  deliver(event: Broadcast): void {
    if (event.type === 'list-changed') {
      const changed = LIST_CHANGED[event.list];
      this.#work.add(this.#listeners, ({ filter, exchange }) => {
        if (wants(filter, event.list)) tell(exchange, changed);
      });
    } else if (event.type === 'resource-updated') {
      const listeners = this.#byUri.get(event.uri);
      if (!listeners) return;
      const updated = resourceUpdated(event.uri);
      this.#work.add(listeners, ({ exchange }) => this.#tellOfResource(exchange, event.uri, updated));
    } else if (event.type === 'notification') {
      const notification = new SubscriptionEvent(event.method, event.params);
      this.#work.add(this.#listeners, ({ filter, exchange }) => {
        if (filter[event.member] !== true) return;
        const allowed = this.access.mayHearOf(exchange, event.extension);
        tellIf(allowed, exchange, notification);
      });
    }
  }

  /** Events may have been missed: each listener is told everything it asked about, rather than too little (P12). */
  deliverAll(): void {
    const tellOf = (exchange: Exchange, uri: string): void => this.#tellOfResource(exchange, uri, resourceUpdated(uri));
    this.#work.addParts(this.#listeners, function* ({ exchange, filter, uris }) {
      for (const list of LISTS) if (wants(filter, list)) tell(exchange, LIST_CHANGED[list]);
      for (const uri of uris) yield tellOf(exchange, uri);
    });
  }

  /** Ends each stream with its result, so that clients know that it ended on purpose (§3.2). */
  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
    this.#byUri.clear();
    this.#uris = 0;
  }

  #add(listener: Listener): void {
    this.#listeners.add(listener);
    this.#uris += listener.uris.size;
    for (const uri of listener.uris) {
      const known = this.#byUri.get(uri);
      if (known) known.add(listener);
      else this.#byUri.set(uri, new Set([listener]));
    }
  }

  #tellOfResource(exchange: Exchange, uri: string, updated: SubscriptionEvent): void {
    tellIf(this.access.mayHear(exchange, uri), exchange, updated);
  }

  #remove(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    this.#uris -= listener.uris.size;
    for (const uri of listener.uris) {
      const known = this.#byUri.get(uri);
      if (known?.delete(listener) && known.size === 0) this.#byUri.delete(uri);
    }
  }
}

const listChanged = (list: ListName): SubscriptionEvent =>
  new SubscriptionEvent(`notifications/${list}/list_changed`, {});
const LIST_CHANGED: Readonly<Record<ListName, SubscriptionEvent>> = {
  tools: listChanged('tools'),
  prompts: listChanged('prompts'),
  resources: listChanged('resources'),
};
const resourceUpdated = (uri: string): SubscriptionEvent =>
  new SubscriptionEvent('notifications/resources/updated', { uri });

function tell(exchange: Exchange, event: SubscriptionEvent): void {
  exchange.notify(new SubscriptionNotification(event, exchange.request.id));
}

/** A decision never rejects: a policy that fails denies. */
function tellIf(allowed: boolean | Promise<boolean>, exchange: Exchange, event: SubscriptionEvent): void {
  if (allowed === true) tell(exchange, event);
  else if (allowed !== false) void allowed.then((decided) => decided && tell(exchange, event));
}
