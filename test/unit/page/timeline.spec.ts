import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../inspector/src/state/timeline.js';
import type { CallRecord } from '../../../lib/inspector/wire/call.js';

const record = (more: Partial<CallRecord>): CallRecord => ({
  id: '1',
  instance: 'a',
  startedAt: 1000,
  method: 'tools/call',
  era: 'legacy',
  revision: '2025-11-25',
  via: 'http',
  caller: { principal: 'anon' },
  milliseconds: 50,
  outcome: 'ok',
  ...more,
});

describe('the timeline of a call', () => {
  it('the call is followed by its steps', () => {
    const steps = [{ what: 'method', instance: 'a', afterMs: 1, milliseconds: 40 }];
    expect(timelineOf([record({ steps })])).toEqual({
      totalMs: 50,
      spans: [
        { what: 'tools/call', instance: 'a', place: 0, afterMs: 0, milliseconds: 50 },
        { what: 'method', instance: 'a', place: 0, afterMs: 1, milliseconds: 40 },
      ],
    });
  });

  it('what another instance did begins where it was handed over, whatever its clock says', () => {
    const steps = [{ what: 'answer', instance: 'b', afterMs: 20, milliseconds: null }];
    const there = record({ instance: 'b', startedAt: 9000, milliseconds: 5 });
    const { spans, totalMs } = timelineOf([there, record({ steps })]);
    expect(spans.map(({ what, place, afterMs }) => [what, place, afterMs])).toEqual([
      ['tools/call', 0, 0],
      ['answer', 1, 20],
      ['tools/call', 1, 20],
    ]);
    expect(spans[1]).not.toHaveProperty('milliseconds');
    expect(totalMs).toBe(50);
  });

  it('a call that is unknown has no spans', () => {
    expect(timelineOf([])).toEqual({ spans: [], totalMs: 0 });
  });
});
