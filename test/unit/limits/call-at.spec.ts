import { beforeEach, expect, it, vi } from 'vitest';
import { callAt } from '../../../lib/limits/call-at.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));

it('calls once, at its moment', () => {
  const call = vi.fn();
  callAt(1000, call);
  vi.advanceTimersByTime(999);
  expect(call).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2000);
  expect(call).toHaveBeenCalledTimes(1);
});

it('waits longer than a timer of Node can', () => {
  const call = vi.fn();
  const monthMs = 31 * 86_400_000;
  callAt(monthMs, call);
  vi.advanceTimersByTime(monthMs - 1);
  expect(call).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(call).toHaveBeenCalledTimes(1);
});

it('does not call when that was prevented, or for a moment that never comes', () => {
  const call = vi.fn();
  callAt(1000, call)();
  callAt(undefined, call);
  callAt(Infinity, call);
  vi.advanceTimersByTime(10_000);
  expect(call).not.toHaveBeenCalled();
});
