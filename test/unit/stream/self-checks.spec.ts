import { beforeEach, expect, it, vi } from 'vitest';
import { type QuietReader, SelfChecks } from '../../../lib/stream/self-checks.js';
import { useFakeTimers } from '../../fixtures/time/fake-timers.js';

let checks: SelfChecks;
let checked: string[];
beforeEach(() => {
  useFakeTimers();
  checks = new SelfChecks();
  checked = [];
});

const reader = (name: string, selfCheck?: () => void): QuietReader => ({
  checkedAt: 0,
  selfCheck: selfCheck ?? (() => void checked.push(name)),
});

it('readers are checked once, at their beats, and share one timer', () => {
  for (const [name, beats] of [
    ['b', 3],
    ['a', 1],
    ['c', 3],
  ] as const)
    checks.plan(reader(name), beats);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(200);
  expect(checked).toEqual(['a']);
  vi.advanceTimersByTime(1000);
  expect(checked).toEqual(['a', 'b', 'c']);
  expect(vi.getTimerCount()).toBe(0);
});

it('a new plan replaces the one before', () => {
  const one = reader('a');
  checks.plan(one, 1);
  checks.plan(one, 5);
  vi.advanceTimersByTime(400);
  expect(checked).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(checked).toEqual(['a']);
});

it('nothing waits for a reader whose check was cancelled', () => {
  const one = reader('a');
  checks.plan(one, 1);
  checks.cancel(one);
  checks.cancel(one);
  expect(vi.getTimerCount()).toBe(0);
});

it('a check may plan the next one of its reader, and cancel that of another', () => {
  const other = reader('other');
  const one: QuietReader = reader('one', () => {
    checked.push('one');
    checks.cancel(other);
    if (checked.length < 3) checks.plan(one, 1);
  });
  checks.plan(one, 1);
  checks.plan(other, 1);
  vi.advanceTimersByTime(1000);
  expect(checked).toEqual(['one', 'one', 'one']);
  expect(vi.getTimerCount()).toBe(0);
});
