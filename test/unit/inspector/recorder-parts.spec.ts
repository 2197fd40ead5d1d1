import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../lib/inspector/instance/latencies.js';
import { Reservoir } from '../../../lib/inspector/instance/reservoir.js';
import { Timelines } from '../../../lib/inspector/fleet/timelines.js';
import { addBuckets, percentile } from '../../../lib/inspector/wire/index.js';
import { callOf, reportOf } from './report.js';

describe('a sample of what happens', () => {
  it('keeps everything as long as it fits, and is empty afterwards', () => {
    const reservoir = new Reservoir<number>(3);
    for (const one of [1, 2, 3]) reservoir.add(() => one);
    expect(reservoir.take()).toEqual({ kept: [1, 2, 3], leftOut: 0 });
    expect(reservoir.take()).toEqual({ kept: [], leftOut: 0 });
  });

  it('counts what it leaves out, and makes nothing of most of it', () => {
    const reservoir = new Reservoir<number>(10);
    let made = 0;
    for (let one = 0; one < 10_000; one++) reservoir.add(() => (made++, one));
    const { kept, leftOut } = reservoir.take();
    expect([kept.length, leftOut]).toEqual([10, 9990]);
    expect(made).toBeLessThan(1000);
    expect(Math.max(...kept)).toBeGreaterThan(100);
  });
});

describe('latencies of an instance', () => {
  it('slices of several reports add up', () => {
    const latencies = new Latencies();
    const sum = new Map<number, number>();
    for (const ms of [1, 1, 1, 100]) latencies.add('tools/call', 'echo', ms, ms > 50);
    const [slice, ...others] = latencies.take();
    expect(others).toEqual([]);
    expect(slice).toMatchObject({ method: 'tools/call', name: 'echo', count: 4, errors: 1, totalMs: 103, maxMs: 100 });
    addBuckets(sum, slice!);
    for (let n = 0; n < 4; n++) latencies.add('tools/call', 'echo', 1, false);
    addBuckets(sum, latencies.take()[0]!);
    expect(percentile(sum, 0.5)).toBeCloseTo(1, 1);
    expect(percentile(sum, 1)! / 100).toBeCloseTo(1, 1);
    expect(latencies.take()).toEqual([]);
  });

  it('a client that makes up names does not fill a report', () => {
    const latencies = new Latencies();
    for (let n = 0; n < 500; n++) latencies.add('tools/call', `made up ${n}`, 1, true);
    const slices = latencies.take();
    expect(slices).toHaveLength(101);
    expect(slices.find(({ method }) => method === '…')).toMatchObject({ count: 400, errors: 400 });
  });
});

describe('the timeline of a call', () => {
  const question = { what: 'question', instance: 'a', afterMs: 10, milliseconds: 500, question: 'q1' };
  const asking = callOf('a.1', { caller: { principal: 'anon', session: 's' }, milliseconds: 600, steps: [question] });
  const answer = { instance: 'b', at: 0, session: 's', question: 'q1', milliseconds: 4 };
  const joined = {
    ...asking,
    steps: [question, { what: 'answer', instance: 'b', afterMs: 506, milliseconds: 4 }],
  };

  it('has the answer that came to another instance, at the end of its question', () => {
    const timelines = new Timelines();
    expect(timelines.join(reportOf('b', { answers: [answer] })).calls).toEqual([]);
    expect(timelines.join(reportOf('a', { calls: [asking] })).calls).toEqual([joined]);
  });

  it('waits for a report of that instance', () => {
    const timelines = new Timelines();
    const other = callOf('a.2');
    expect(timelines.join(reportOf('a', { calls: [asking, other] })).calls).toEqual([other]);
    timelines.join(reportOf('b', { answers: [answer] }));
    expect(timelines.join(reportOf('a')).calls).toEqual([joined]);
    expect(timelines.join(reportOf('a')).calls).toEqual([]);
  });

  it('is forgotten with its instance', () => {
    const timelines = new Timelines();
    timelines.join(reportOf('a', { calls: [asking] }));
    timelines.forget('a');
    for (let n = 0; n < 3; n++) expect(timelines.join(reportOf('a')).calls).toEqual([]);
  });

  it('does not wait for an answer that never came', () => {
    const timelines = new Timelines();
    timelines.join(reportOf('a', { calls: [asking] }));
    timelines.join(reportOf('a'));
    expect(timelines.join(reportOf('a')).calls).toEqual([asking]);
  });
});
