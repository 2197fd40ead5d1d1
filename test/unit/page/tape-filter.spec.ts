import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../inspector/src/state/tape-filter.js';
import type { CallRecord } from '../../../lib/inspector/wire/call.js';

const call: CallRecord = {
  id: '1',
  instance: '4f2a',
  startedAt: 0,
  method: 'tools/call',
  name: 'forecast',
  era: 'modern',
  revision: '2026-07-28',
  via: 'http',
  caller: { principal: 'f00', subject: 'Alice Ant', client: 'claude 1.0' },
  milliseconds: 120,
  outcome: 'tool-error',
};

const parse = (text: string) => parseFilter(text, (id) => (id === '4f2a' ? 'host-a' : id));

describe('the filter of the tape', () => {
  it.each([
    '',
    '  ',
    'forecast',
    'FORE',
    'tool:forecast',
    'tool:fore method:tools/',
    'status:error',
    '-status:ok',
    'principal:"alice ant"',
    'client:claude instance:host-a era:modern via:http',
    'duration:>100',
    'duration:>=0.1s',
    'duration:<121ms',
    '-duration:>1s',
    'alice -bob',
    'instance:4f2a',
  ])('"%s" shows the call', (text) => {
    expect(parse(text).problem).toBeUndefined();
    expect(parse(text).matches(call)).toBe(true);
  });

  it.each([
    'bob',
    'tool:book',
    '-forecast',
    'status:ok',
    'duration:<100',
    'duration:>1s',
    'reason:scope',
    'trace:a',
    'tool:fore bob',
  ])('"%s" hides the call', (text) => {
    expect(parse(text).matches(call)).toBe(false);
  });

  it.each(['colour:blue', 'duration:slow', 'duration:100', 'constructor:x', ':x'])(
    '"%s" is not understood, and shows everything',
    (text) => {
      const filter = parse(text);
      expect(filter.problem).toMatch(/ is not known/);
      expect(filter.matches(call)).toBe(true);
    },
  );
});
