import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ThrottledReporter } from '../../../lib/report/throttled-reporter.js';
import { BackendUnavailableError } from '../../../lib/session/backend-unavailable.js';

describe('ThrottledReporter', () => {
  const lines: string[] = [];
  let reporter: ThrottledReporter;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    lines.length = 0;
    reporter = new ThrottledReporter({
      warn: (message) => lines.push(`warn ${message}`),
      error: (message, stack) => lines.push(`error ${message} | ${stack?.split('\n')[0]}`),
    });
  });

  it('ThrottledReporter logs each kind of trouble once in ten seconds, then how often it happened meanwhile', () => {
    for (let i = 0; i < 100; i++) {
      reporter.warn('A connection is in trouble (ECONNREFUSED)');
      reporter.warn('A connection is in trouble (NOPERM)');
    }
    expect(lines).toEqual([
      'warn A connection is in trouble (ECONNREFUSED)',
      'warn A connection is in trouble (NOPERM)',
    ]);
    vi.advanceTimersByTime(10_000);
    reporter.warn('A connection is in trouble (NOPERM)');
    expect(lines.at(-1)).toBe('warn A connection is in trouble (NOPERM); 99 more since it was last logged');
  });

  it('ThrottledReporter warns once of a backend that is unavailable, however many tasks in the background need it', () => {
    for (let i = 0; i < 60; i++) reporter.report(new BackendUnavailableError('Redis cannot be reached.'));
    expect(lines).toEqual(['warn Background work waits: Redis cannot be reached.']);
  });

  it('ThrottledReporter logs any other failure as an error with its stack, once for each message', () => {
    for (let i = 0; i < 3; i++) {
      reporter.report(new TypeError('one'));
      reporter.report(new TypeError('two'));
      reporter.report('three');
    }
    expect(lines).toEqual([
      'error A background task failed | TypeError: one',
      'error A background task failed | TypeError: two',
      'error A background task failed | three',
    ]);
  });

  it('ThrottledReporter remembers no more than a hundred kinds of trouble', () => {
    for (let i = 0; i < 101; i++) reporter.warn(`kind ${i}`);
    reporter.warn('kind 0');
    expect(lines.filter((line) => line === 'warn kind 0')).toHaveLength(2);
  });
});
