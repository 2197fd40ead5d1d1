import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { META } from '../../../lib/protocol/meta-keys.js';
import {
  SubscriptionEvent,
  SubscriptionNotification,
  textOf,
} from '../../../lib/protocol/subscription-notification.js';

const ids = fc.oneof(fc.string(), fc.integer(), fc.constantFrom('"}}}', '0}}}', ''));
const params = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc.jsonValue(),
);

describe('a notification of a subscription', () => {
  it('is the same message as text, as an object and as JSON, whatever its parameters and the id', () => {
    fc.assert(
      fc.property(fc.string(), params, fc.array(ids, { minLength: 1 }), (method, given, subscriptions) => {
        const event = new SubscriptionEvent(method, given);
        for (const id of subscriptions) {
          const notification = new SubscriptionNotification(event, id);
          const _meta = { [META.subscriptionId]: id };
          const expected = JSON.parse(
            JSON.stringify({ jsonrpc: '2.0', method, params: { ...given, _meta } }),
          ) as unknown;
          expect(JSON.parse(textOf(notification))).toEqual(expected);
          expect(JSON.parse(JSON.stringify(notification))).toEqual(expected);
          const { jsonrpc, method: own, params: parts } = notification;
          expect(JSON.parse(JSON.stringify({ jsonrpc, method: own, params: parts }))).toEqual(expected);
        }
      }),
    );
  });

  it('keeps the type of the id, and replaces a `_meta` of the parameters', () => {
    const event = new SubscriptionEvent('notifications/x', { _meta: { a: 1 }, b: 2 });
    expect(textOf(new SubscriptionNotification(event, '7'))).toBe(
      `{"jsonrpc":"2.0","method":"notifications/x","params":{"b":2,"_meta":{"${META.subscriptionId}":"7"}}}`,
    );
    expect(textOf(new SubscriptionNotification(event, 7))).toContain(`"${META.subscriptionId}":7}`);
  });

  it('leaves another notification as it is', () => {
    const notification = { jsonrpc: '2.0' as const, method: 'notifications/progress', params: { progress: 1 } };
    expect(textOf(notification)).toBe(JSON.stringify(notification));
  });
});
