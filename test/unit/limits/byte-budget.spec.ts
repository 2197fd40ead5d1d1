import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteAccount, ByteBudget } from '../../../lib/limits/byte-budget.js';

describe('ByteBudget', () => {
  it('ByteBudget refuses what exceeds the share of one owner, and leaves the rest to others', () => {
    const budget = new ByteBudget({ totalBytes: 100, shareBytes: 40 });
    expect(budget.open('a').grow(40)).toBeUndefined();
    expect(budget.open('a').grow(1)).toBe('share');
    expect(budget.open('b').grow(40)).toBeUndefined();
    expect(budget.open('c').grow(30)).toBe('total');
    expect(budget.held).toBe(80);
  });

  it('ByteBudget gives everything back when an account is closed, once, and holds nothing for it afterwards', () => {
    const budget = new ByteBudget({ totalBytes: 100, shareBytes: 100 });
    const account = budget.open('a');
    account.grow(30);
    account.close();
    account.close();
    account.grow(20);
    expect([budget.held, budget.owners, account.bytes]).toEqual([0, 0, 0]);
  });

  it('ByteBudget holds an answer of any size if nothing else is held, and refuses a second one', () => {
    const budget = new ByteBudget({ totalBytes: 100, shareBytes: 50 });
    const request = budget.open('a');
    request.grow(10);
    const answer = request.openAnswer(500) as ByteAccount;
    expect(answer.bytes).toBe(500);
    expect(request.openAnswer(1)).toBe('share');
    expect(budget.open('b').grow(1)).toBe('total');
    answer.close();
    expect(budget.held).toBe(10);
  });

  it('ByteAccount hands over what it holds, which then stays when it is closed itself', () => {
    const budget = new ByteBudget({ totalBytes: 100, shareBytes: 50 });
    const request = budget.open('a');
    request.grow(30);
    const subscription = request.handOver();
    request.close();
    expect([budget.held, budget.of('a'), subscription.bytes]).toEqual([30, 30, 30]);
    subscription.close();
    expect([budget.held, budget.owners]).toEqual([0, 0]);
  });

  it('ByteAccount follows what is unread, and keeps what it has when there is no room for more', () => {
    const budget = new ByteBudget({ totalBytes: 100, shareBytes: 50 });
    const account = budget.open('a').sibling();
    expect(account.resize(30)).toBeUndefined();
    expect(account.resize(20)).toBeUndefined();
    expect(account.resize(60)).toBe('share');
    expect(budget.held).toBe(20);
  });

  it('ByteBudget holds exactly what its open accounts hold, and never more than its limits, whatever is taken and given back', () => {
    const step = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.nat({ max: 60 }),
      kind: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new ByteBudget({ totalBytes: 100, shareBytes: 50 });
        const accounts: { owner: string; account: ByteAccount }[] = [];
        for (const { owner, bytes, kind } of steps) {
          const known = accounts.find((one) => one.owner === owner)?.account;
          if (kind === 0 || !known) accounts.push({ owner, account: budget.open(owner) });
          else if (kind === 1) known.shrink(bytes);
          else if (kind === 2) known.grow(bytes);
          else known.close();
          const sums = new Map<string, number>();
          for (const one of accounts) sums.set(one.owner, (sums.get(one.owner) ?? 0) + one.account.bytes);
          const total = [...sums.values()].reduce((sum, one) => sum + one, 0);
          expect(budget.held).toBe(total);
          expect(total).toBeLessThanOrEqual(100);
          for (const sum of sums.values()) expect(sum).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});
