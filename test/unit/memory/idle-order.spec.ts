import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdleOrder, type Place } from '../../../lib/memory/idle-order.js';

interface Held {
  readonly client: string;
  readonly value: number;
  readonly place: Place<number>;
}

const index = fc.nat(15);
const step = fc.oneof(
  fc.record({ add: fc.constantFrom('ann', 'bob', 'cid') }),
  fc.record({ use: index }),
  fc.record({ remove: index }),
);

describe('the order of what clients have', () => {
  it('is that of its last use, of all clients and of each one, whatever is added, used and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const order = new IdleOrder<number>();
        const held: Held[] = [];
        for (const [value, one] of steps.entries()) {
          if ('add' in one) held.push({ client: one.add, value, place: order.add(one.add, value) });
          else {
            const [known] = held.splice('use' in one ? one.use : one.remove, 1);
            if (!known) continue;
            if ('use' in one) {
              order.use(known.place);
              held.push(known);
            } else order.remove(known.place);
          }
          expect(order.first).toBe(held[0]?.value);
          for (const client of ['ann', 'bob', 'cid']) {
            const own = held.filter((all) => all.client === client);
            expect(order.count(client)).toBe(own.length);
            expect(order.find(client, () => true, 1)).toBe(own[0]?.value);
            expect(order.find(client, (seen) => seen % 2 === 1, 2)).toBe(
              own.slice(0, 2).find((all) => all.value % 2 === 1)?.value,
            );
          }
          expect(order.find(undefined, () => false, Infinity)).toBeUndefined();
        }
      }),
    );
  });
});
