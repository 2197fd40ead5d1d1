import { describe, expect, it } from 'vitest';
import { Turns } from '../../../lib/limits/turns.js';

const KIB = 1024;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('Turns lets small work begin at once, also while large work waits', () => {
    const turns = new Turns();
    for (let i = 0; i < 5; i++) void turns.take('a', 40 * KIB);
    expect(turns.take('a', 100)).toBeUndefined();
  });

  it('Turns lets small work wait while a large answer is made up for, and clients take turns then', async () => {
    const turns = new Turns();
    for (const client of ['a', 'b']) turns.use(client, 4096 * KIB);
    const begun: string[] = [];
    for (const client of ['a', 'a', 'a', 'b']) void turns.take(client, 100)!.then(() => begun.push(client));
    await nextTurn();
    expect(begun).toEqual([]);
    await expect.poll(() => begun).toEqual(['a', 'b', 'a', 'a']);
    await expect.poll(() => turns.take('a', 100)).toBeUndefined();
  });

  it('Turns lets small work begin at once while large work of other clients is made up for', () => {
    const turns = new Turns();
    turns.use('a', 4096 * KIB);
    expect(turns.take('b', 100)).toBeUndefined();
  });

  it('Turns lets as much begin in one turn of the event loop as fits, and at least one piece', async () => {
    const turns = new Turns();
    const begun: number[] = [];
    const take = (bytes: number): void => {
      const turn = turns.take('a', bytes * KIB);
      if (turn) void turn.then(() => begun.push(bytes));
      else begun.push(bytes);
    };
    for (const bytes of [30, 31, 32, 500, 10]) take(bytes);
    expect(begun).toEqual([30, 31]);
    await expect.poll(() => begun).toEqual([30, 31, 32, 500, 10]);
  });

  it('Turns serves a client that came last before the second piece of one that came first', async () => {
    const turns = new Turns();
    const begun: string[] = [];
    for (const client of ['a', 'a', 'a', 'a', 'b']) {
      const turn = turns.take(client, 100 * KIB);
      if (turn) void turn.then(() => begun.push(client));
      else begun.push(client);
    }
    await expect.poll(() => begun).toEqual(['a', 'a', 'b', 'a', 'a']);
  });
});
