import { describe, expect, it } from 'vitest';
import { type Entry, FairQueue } from '../../../lib/redis/connection/fair-queue.js';

interface Named extends Entry {
  readonly name: string;
}

const entry = (owner: string, number = 0, bytes = 1): Named => ({ owner, bytes, name: `${owner}${number}` });
const takeAll = (queue: FairQueue<Named>): string[] => {
  const names: string[] = [];
  for (let next = queue.take(); next; next = queue.take()) names.push(next.name);
  return names;
};

describe('FairQueue', () => {
  it('takes one entry of each owner in turn, each in its order, also of owners that come later', () => {
    const queue = new FairQueue<Named>();
    for (let i = 0; i < 4; i++) queue.add(entry('a', i));
    for (let i = 0; i < 2; i++) queue.add(entry('b', i));
    expect([queue.take(), queue.take(), queue.take()].map((taken) => taken?.name)).toEqual(['a0', 'b0', 'a1']);
    queue.add(entry('c'));
    expect(takeAll(queue)).toEqual(['b1', 'c0', 'a2', 'a3']);
    queue.add(entry('a', 9));
    expect(takeAll(queue)).toEqual(['a9']);
  });

  it('refuses what is beyond the share of an owner, and what is beyond the total, in number and in bytes', () => {
    const queue = new FairQueue<Named>({ entries: 5, bytes: 100, ownerEntries: 3, ownerBytes: 60 });
    for (let i = 0; i < 3; i++) expect(queue.add(entry('a', i))).toBeUndefined();
    expect(queue.add(entry('a', 3))).toBe('share');
    expect(queue.add(entry('b', 0, 61))).toBe('share');
    expect(queue.add(entry('b', 0, 60))).toBeUndefined();
    expect(queue.add(entry('c', 0, 38))).toBe('total');
    expect(queue.add(entry('c'))).toBeUndefined();
    expect(queue.add(entry('d'))).toBe('total');
    expect(queue).toMatchObject({ size: 5, bytes: 64 });
    takeAll(queue);
    expect(queue).toMatchObject({ size: 0, bytes: 0 });
    expect(queue.add(entry('a', 0, 60))).toBeUndefined();
  });

  it('lets the server itself use all of the queue', () => {
    const queue = new FairQueue<Named>({ entries: 5, ownerEntries: 1 });
    for (let i = 0; i < 5; i++) expect(queue.add(entry('', i))).toBeUndefined();
    expect(queue.add(entry('', 5))).toBe('total');
  });

  it('gives no turn to an entry that was removed, and removes it only once', () => {
    const queue = new FairQueue<Named>();
    const [first, only, second] = [entry('a', 0), entry('b', 0), entry('a', 1)];
    for (const added of [first, only, second]) queue.add(added);
    for (const removed of [only, only, first]) queue.remove(removed);
    expect(queue).toMatchObject({ size: 1, bytes: 1 });
    expect(takeAll(queue)).toEqual(['a1']);
  });
});
