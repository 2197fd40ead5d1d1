import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shares } from '../../../lib/limits/shares.js';

describe('the shares of clients', () => {
  it('are the sums of what was added, whoever comes and goes', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 5 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
        const shares = new Shares();
        const expected = new Map<string, number>();
        for (const [client, amount, more] of changes) {
          const name = String(client);
          const has = expected.get(name) ?? 0;
          const change = more ? amount : -Math.min(amount, has);
          shares.add(name, change);
          expected.set(name, has + change);
          expect(shares.of(name)).toBe(has + change);
        }
        const amounts = [...expected.values()].filter((amount) => amount > 0);
        expect(shares.size).toBe(amounts.length);
        expect(shares.largest).toBe(Math.max(0, ...amounts));
        for (const [name, amount] of expected) expect(shares.of(name)).toBe(amount);
      }),
    );
  });

  it('do not keep the clients who have nothing any more', () => {
    const shares = new Shares();
    for (let i = 0; i < 10_000; i++) {
      const client = `client ${i}`;
      shares.add(client, 1);
      shares.add(client, -1);
    }
    expect(shares.size).toBe(0);
    expect(shares.remembered).toBeLessThanOrEqual(64);
  });
});
