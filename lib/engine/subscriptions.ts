import type { ChangeEvent } from '../broker/change-event.js';
import type { ListName } from '../catalog/catalog.js';
import { CapacityError } from '../protocol/errors.js';
import type { JsonObject, RequestId } from '../protocol/messages.js';
import { META } from '../protocol/meta-keys.js';
import { CancelledError, type Exchange } from '../exchange/exchange.js';

/** What one `subscriptions/listen` stream was promised: the ack's `notifications` (L-4). */
export interface HonouredFilter {
  readonly toolsListChanged?: true;
  readonly promptsListChanged?: true;
  readonly resourcesListChanged?: true;
  readonly resourceSubscriptions?: readonly string[];
  readonly taskIds?: readonly string[];
}

/** Follows something on behalf of one stream, from after its ack to its end. @returns what ends that */
export type Follow = (notify: (method: string, params: JsonObject) => void) => () => void;

const LISTS: readonly ListName[] = ['tools', 'prompts', 'resources'];

const wants = (filter: HonouredFilter, list: ListName): boolean => filter[`${list}ListChanged`] === true;

interface Listener {
  readonly exchange: Exchange;
  readonly filter: HonouredFilter;
  readonly uris: ReadonlySet<string>;
  readonly end: () => void;
}

/**
 * The open `subscriptions/listen` requests of this instance. They are kept by exchange, never by id: two clients may
 * well use the same one (I-1). Change events come from the fleet's bus, whichever instance raised them.
 */
export class Subscriptions {
  readonly #listeners = new Set<Listener>();
  #closed = false;

  /** @param limit open listen requests of this instance */
  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#listeners.size;
  }

  /** Acks, then holds the request open until it is cancelled or the server closes. @returns the request's result */
  async listen(exchange: Exchange, filter: HonouredFilter, follow?: Follow): Promise<JsonObject> {
    let unfollow: (() => void) | undefined;
    try {
      return await this.#open(exchange, filter, () => (unfollow = follow?.((...said) => notify(exchange, ...said))));
    } finally {
      unfollow?.();
    }
  }

  #open(exchange: Exchange, filter: HonouredFilter, opened: () => void): Promise<JsonObject> {
    const subscriptionId = exchange.request.id;
    const result = { _meta: { [META.subscriptionId]: subscriptionId } };
    if (this.#listeners.size >= this.limit) throw new CapacityError('Too many open subscriptions; try again later');
    return new Promise((resolve, reject) => {
      const listener: Listener = {
        exchange,
        filter,
        uris: new Set(filter.resourceSubscriptions),
        end: () => resolve(result),
      };
      notify(exchange, 'notifications/subscriptions/acknowledged', { notifications: filter });
      if (this.#closed) return resolve(result);
      this.#listeners.add(listener);
      opened();
      exchange.onCancel((reason) => {
        this.#listeners.delete(listener);
        reject(new CancelledError(reason));
      });
    });
  }

  deliver(event: ChangeEvent): void {
    for (const { exchange, filter, uris } of this.#listeners) {
      if (event.type === 'list-changed' && wants(filter, event.list)) {
        notify(exchange, `notifications/${event.list}/list_changed`, {});
      } else if (event.type === 'resource-updated' && uris.has(event.uri)) {
        notify(exchange, 'notifications/resources/updated', { uri: event.uri });
      }
    }
  }

  /** Events may have been missed: tell each listener everything it asked about, rather than too little (P12). */
  deliverAll(): void {
    for (const list of LISTS) this.deliver({ type: 'list-changed', list });
    const uris = new Set([...this.#listeners].flatMap((listener) => [...listener.uris]));
    for (const uri of uris) this.deliver({ type: 'resource-updated', uri });
  }

  /** Ends each stream with its result, so that clients know it was no accident (§3.2). */
  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

/** Every message of a subscription carries its id, with the type it came with (L-6). */
function notify(exchange: Exchange, method: string, params: JsonObject): void {
  const subscriptionId: RequestId = exchange.request.id;
  exchange.notify({
    jsonrpc: '2.0',
    method,
    params: { ...params, _meta: { [META.subscriptionId]: subscriptionId } },
  });
}
