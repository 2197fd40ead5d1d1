import { describe, expect, it } from 'vitest';
import { Fleet } from '../../../inspector/src/state/fleet.js';
import { isSkewed, leases, openQuestions, instancesOfStreams } from '../../../inspector/src/state/fleet-queries.js';
import type { CallRecord } from '../../../lib/inspector/wire/call.js';
import type { InstanceReport } from '../../../lib/inspector/wire/instance.js';
import type { Snapshot } from '../../../lib/inspector/wire/stream-event.js';

const caller = { principal: 'anon' };
const record = (id: string, instance: string, startedAt = 0): CallRecord => ({
  ...{ id, instance, startedAt, caller, method: 'tools/call', era: 'modern', revision: '2026-07-28' },
  ...{ via: 'http', milliseconds: 1, outcome: 'ok' },
});
const nothing = {
  ...{ calls: [], callsLeftOut: 0, running: [], runningLeftOut: 0, latencies: [], refusals: [], refusalsLeftOut: 0 },
  ...{ gaps: [], gapsLeftOut: 0, streams: [], streamsLeftOut: 0, questions: [], questionsLeftOut: 0, tasks: [] },
  tasksLeftOut: 0,
};
const report = (id: string, more: Partial<InstanceReport> = {}, hash = 'h'): InstanceReport =>
  ({
    instance: { id, name: `host-${id}` },
    at: 5000,
    figures: { catalogHash: hash, cpu: 0.5 },
    ...nothing,
    ...more,
  }) as InstanceReport;
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  ...{ type: 'snapshot', at: 0, instance: 'a', instances: [], calls: [], refusals: [], gaps: [] },
  ...{ sessions: null, tasks: null, redis: null },
  ...more,
});

describe('what the page knows of the fleet', () => {
  it('a report replaces what its instance said before, and goes on with the tape', () => {
    const fleet = new Fleet();
    fleet.received(snapshot());
    fleet.received({ type: 'report', report: report('a', { calls: [record('1', 'a')] }) });
    fleet.received({ type: 'report', report: report('a', { calls: [record('2', 'a')], callsLeftOut: 3 }, 'other') });
    expect([...fleet.instances.value.values()].map((one) => one.report.figures.catalogHash)).toEqual(['other']);
    expect(fleet.calls.value.map(({ id }) => id)).toEqual(['1', '2']);
    expect([fleet.leftOut.value, fleet.version.value]).toEqual([3, 2]);
    expect([fleet.nameOf('a'), fleet.nameOf('0123456789')]).toEqual(['host-a', '01234567']);
  });

  it('the tape is in the order of time, whichever instance reports first, and is bounded', () => {
    const fleet = new Fleet();
    const many = Array.from({ length: 1200 }, (_, at) => record(`b${at}`, 'b', 2 * at));
    fleet.received({ type: 'report', report: report('b', { calls: many }) });
    fleet.received({ type: 'report', report: report('a', { calls: [record('a', 'a', 1001)] }) });
    const times = fleet.calls.value.map(({ startedAt }) => startedAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times).toHaveLength(1000);
    expect(times).toContain(1001);
  });

  it('after an interruption no call is there twice, and those of the meantime are there', () => {
    const fleet = new Fleet();
    fleet.received({ type: 'report', report: report('a', { calls: [record('1', 'a', 1)] }) });
    fleet.received(snapshot({ calls: [record('1', 'a', 1), record('1', 'b', 1), record('2', 'a', 2)] }));
    expect(fleet.calls.value.map(({ id, instance }) => id + instance)).toEqual(['1a', '1b', '2a']);
  });

  it('an instance that has gone is shown for a minute, and does not count meanwhile', () => {
    let now = 0;
    const fleet = new Fleet(() => now);
    const question = { id: 'q', instance: 'b', kind: 'elicitation', askedAt: 4000, caller };
    fleet.received({ type: 'report', report: report('a') });
    fleet.received({ type: 'report', report: report('b', { questions: [question] }, 'other') });
    expect(openQuestions(fleet.instances.value)).toEqual([{ entry: question, ageMs: 1000 }]);
    expect(isSkewed(fleet.instances.value, (one) => one.report.figures.catalogHash)).toBe(true);
    fleet.received({ type: 'gone', gone: { instance: 'b', at: 0, reason: 'lost' } });
    expect(fleet.instances.value.get('b')).toMatchObject({ gone: { reason: 'lost' } });
    expect(openQuestions(fleet.instances.value)).toEqual([]);
    expect(isSkewed(fleet.instances.value, (one) => one.report.figures.catalogHash)).toBe(false);
    now = 60_000;
    fleet.received({ type: 'report', report: report('a') });
    expect([...fleet.instances.value.keys()]).toEqual(['a']);
  });

  it('it says where streams hang, and who runs a task', () => {
    const fleet = new Fleet();
    const stream = { session: 's' };
    fleet.received({ type: 'report', report: report('a', { streams: [stream], tasks: [{ id: 't', runningMs: 7 }] }) });
    const { value } = fleet.instances;
    expect(instancesOfStreams(value).get('s')).toEqual(['a']);
    expect(leases(value).get('t')).toEqual({ instance: 'a', runningMs: 7 });
  });

  it('an event of a newer server is passed over', () => {
    const fleet = new Fleet();
    fleet.received({ type: 'weather' } as never);
    expect(fleet.instances.value.size).toBe(0);
  });
});
