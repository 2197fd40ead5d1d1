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
  it('the call is followed by its steps, each with the number of its instance', () => {
    const steps = [
      { what: 'question', instance: 'a', afterMs: 1, milliseconds: 40, detail: 'elicitation' },
      { what: 'answer', instance: 'b', afterMs: 20, milliseconds: null },
    ];
    expect(timelineOf(record({ steps }))).toEqual({
      totalMs: 50,
      spans: [
        { what: 'tools/call', instance: 'a', place: 0, afterMs: 0, milliseconds: 50 },
        { what: 'question', instance: 'a', place: 0, afterMs: 1, milliseconds: 40, detail: 'elicitation' },
        { what: 'answer', instance: 'b', place: 1, afterMs: 20 },
      ],
    });
  });

  it('a call without steps is one span', () => {
    expect(timelineOf(record({}))).toMatchObject({ spans: [{ afterMs: 0, milliseconds: 50 }], totalMs: 50 });
  });
});
