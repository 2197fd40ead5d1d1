import { describe, expect, it } from 'vitest';
import { FleetView } from '../../../lib/inspector/fleet/fleet-view.js';
import type { InstanceReport } from '../../../lib/inspector/wire/index.js';
import { callOf, reportOf } from './report.js';

const GONE_AFTER_MS = 4000;

function viewAt(start = 0) {
  const clock = { now: start };
  const view = new FleetView('here', GONE_AFTER_MS, () => clock.now);
  const report = (id: string, more: Partial<InstanceReport> = {}): boolean =>
    view.take({ type: 'report', report: reportOf(id, more) });
  return { clock, view, report };
}

describe('what is known of the fleet', () => {
  it('an instance is overdue when nothing was heard of it for some time', () => {
    const { clock, view, report } = viewAt();
    report('a');
    report('b');
    clock.now = GONE_AFTER_MS;
    report('b');
    expect(view.overdue()).toEqual([]);
    clock.now++;
    expect(view.overdue()).toEqual([{ instance: 'a', at: clock.now, reason: 'lost' }]);
  });

  it('an instance that was told to have gone is not told again, and comes back with a report', () => {
    const { clock, view, report } = viewAt();
    report('a');
    clock.now = GONE_AFTER_MS + 1;
    const [gone] = view.overdue();
    expect(view.take({ type: 'gone', gone: gone! })).toBe(true);
    expect(view.take({ type: 'gone', gone: gone! })).toBe(false);
    expect(view.overdue()).toEqual([]);
    expect(view.snapshot().instances[0]!.gone).toEqual(gone);
    report('a');
    expect(view.snapshot().instances[0]!.gone).toBeUndefined();
  });

  it('an instance that has gone is forgotten after a minute', () => {
    const { clock, view, report } = viewAt();
    report('a');
    view.take({ type: 'gone', gone: { instance: 'a', at: clock.now, reason: 'closed' } });
    clock.now = 60_001;
    view.overdue();
    expect(view.snapshot().instances).toEqual([]);
  });

  it('nobody is overdue after a time in which nothing could be heard', () => {
    const { clock, view, report } = viewAt();
    report('a');
    clock.now = 100_000;
    view.excuse();
    expect(view.overdue()).toEqual([]);
  });

  it('a page that comes later gets the latest calls, and each of them once', () => {
    const { view, report } = viewAt();
    for (let n = 0; n < 30; n++) report('a', { calls: Array.from({ length: 10 }, (_, i) => callOf(`${n}.${i}`)) });
    const { calls, instances } = view.snapshot();
    expect(calls).toHaveLength(200);
    expect(calls.at(-1)!.id).toBe('29.9');
    expect(instances[0]!.report.calls).toEqual([]);
  });

  it('another program that publishes as many instances does not fill the memory', () => {
    const { view, report } = viewAt();
    for (let n = 0; n < 256; n++) expect(report(`i${n}`)).toBe(true);
    expect(report('one more')).toBe(false);
    expect(report('i7')).toBe(true);
    expect(view.snapshot().instances).toHaveLength(256);
  });
});
