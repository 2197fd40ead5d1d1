import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Link, LinkedList } from '../../../lib/limits/linked-list.js';

describe('a linked list', () => {
  it('is a list without what was removed, whatever is added, moved and removed', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer() }),
      fc.record({ remove: fc.nat(20) }),
      fc.record({ move: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const list = new LinkedList<number>();
        const links: Link<number>[] = [];
        const expected: Link<number>[] = [];
        for (const one of steps) {
          if ('add' in one) {
            const link = list.add(one.add);
            links.push(link);
            expected.push(link);
          } else if ('move' in one) {
            const link = expected[one.move];
            if (!link) continue;
            list.moveToEnd(link);
            expected.push(...expected.splice(one.move, 1));
          } else if (one.remove < links.length) {
            const link = links[one.remove]!;
            const at = expected.indexOf(link);
            expect(list.remove(link)).toBe(at >= 0);
            if (at >= 0) expected.splice(at, 1);
          }
          expect([...list]).toEqual(expected.map(({ value }) => value));
          expect(list.size).toBe(expected.length);
          expect(list.first).toBe(expected[0]);
        }
      }),
    );
  });

  it('finds the first value that passes, among so many', () => {
    const list = new LinkedList<number>();
    for (const value of [1, 2, 3, 4]) list.add(value);
    const isEven = (value: number): boolean => value % 2 === 0;
    expect(list.find(isEven)).toBe(2);
    expect(list.find(isEven, 1)).toBeUndefined();
    expect(list.find((value) => value > 4)).toBeUndefined();
  });

  it('may change while it is read', () => {
    const list = new LinkedList<string>();
    const links = ['a', 'b', 'c'].map((value) => list.add(value));
    const read: string[] = [];
    for (const value of list) {
      read.push(value);
      for (const link of links) list.remove(link);
      list.add('later');
    }
    expect(read).toEqual(['a', 'b', 'c']);
    expect([...list]).toEqual(['later', 'later', 'later']);
  });
});
