import type { JsonObject, JsonRpcNotification, RequestId } from './messages.js';
import { META } from './meta-keys.js';

const NO_ID = 0;
const END = '}}}';

/**
 * What all listeners of an event are told. Every message of a subscription carries its id, with its original type (L-6): the
 * text before it is made once for all of them.
 */
export class SubscriptionEvent {
  readonly #before: string;

  constructor(
    readonly method: string,
    readonly params: Readonly<JsonObject>,
  ) {
    const text = JSON.stringify(messageOf(this, NO_ID));
    this.#before = text.slice(0, -`${NO_ID}${END}`.length);
  }

  textFor(id: RequestId): string {
    return this.#before + JSON.stringify(id) + END;
  }
}

/** What one listener is told. */
export class SubscriptionNotification implements JsonRpcNotification {
  readonly jsonrpc = '2.0';

  constructor(
    private readonly event: SubscriptionEvent,
    private readonly id: RequestId,
  ) {}

  get method(): string {
    return this.event.method;
  }

  get params(): JsonObject {
    return messageOf(this.event, this.id).params;
  }

  get text(): string {
    return this.event.textFor(this.id);
  }

  toJSON(): JsonRpcNotification {
    return messageOf(this.event, this.id);
  }
}

/** @returns the notification as JSON, which may be there already */
export const textOf = (notification: JsonRpcNotification): string =>
  notification instanceof SubscriptionNotification ? notification.text : JSON.stringify(notification);

/** The id is the last member of the last member, so that its text ends the text of the message. */
function messageOf({ method, params: { _meta: _, ...params } }: SubscriptionEvent, id: RequestId) {
  return { jsonrpc: '2.0' as const, method, params: { ...params, _meta: { [META.subscriptionId]: id } } };
}
