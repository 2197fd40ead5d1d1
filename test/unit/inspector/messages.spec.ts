import { describe, expect, it } from 'vitest';
import { textOf } from '../../../lib/inspector/fleet/fitted.js';
import { LONGEST_WATCH_MS, MAX_MESSAGE, parseReport, parseWatch } from '../../../lib/inspector/fleet/messages.js';
import { Watchers } from '../../../lib/inspector/fleet/watchers.js';
import { callOf, reportOf } from './report.js';

describe('what instances tell each other about watching', () => {
  it.each([
    'no JSON',
    'null',
    '[]',
    '{"type":"watch"}',
    '{"type":"watch","watcher":"a"}',
    '{"type":"watch","watcher":"a","forMs":-1}',
    '{"type":"look","watcher":"a","forMs":1}',
    `{"type":"watch","watcher":"${'a'.repeat(65)}","forMs":1}`,
  ])('%s is not a request to be watched', (text) => {
    expect(parseWatch(text)).toBeUndefined();
  });

  it('nobody is remembered for longer than half a minute', () => {
    expect(parseWatch('{"type":"watch","watcher":"a","forMs":1e12}')).toMatchObject({ forMs: LONGEST_WATCH_MS });
  });

  it.each([
    'no JSON',
    '{"type":"report","report":{}}',
    JSON.stringify({ type: 'report', report: { ...reportOf('a'), calls: 'many' } }),
    JSON.stringify({ type: 'report', report: { ...reportOf('a'), figures: null } }),
    JSON.stringify({ type: 'report', report: reportOf('a'.repeat(65)) }),
    JSON.stringify({ type: 'report', report: reportOf('a'), more: 'a'.repeat(MAX_MESSAGE) }),
  ])('what is not a whole report is ignored (%#)', (text) => {
    expect(parseReport(text)).toBeUndefined();
  });

  it('a report arrives as it was sent', () => {
    const message = { type: 'report', report: reportOf('a', { calls: [callOf('1')] }) } as const;
    expect(parseReport(textOf(message))).toEqual(message);
  });

  it('a report that would be too long is sent without arguments, and says so', () => {
    const calls = Array.from({ length: 40 }, (_, i) => callOf(`${i}`, { arguments: { text: 'x'.repeat(5000) } }));
    const parsed = parseReport(textOf({ type: 'report', report: reportOf('a', { calls }) }));
    expect(parsed).toMatchObject({ type: 'report' });
    const [first] = parsed?.type === 'report' ? parsed.report.calls : [];
    expect(first).toMatchObject({ id: '0', argumentsLeftOut: true });
    expect(first).not.toHaveProperty('arguments');
  });

  it('a report that would still be too long counts the calls that it leaves out', () => {
    const calls = Array.from({ length: 2000 }, (_, i) => callOf(`${i}`));
    const parsed = parseReport(textOf({ type: 'report', report: reportOf('a', { calls, callsLeftOut: 5 }) }));
    expect(parsed).toMatchObject({ report: { calls: [], callsLeftOut: 2005 } });
  });
});

describe('who watches', () => {
  it('is forgotten unless it says so again in time', () => {
    let now = 0;
    const watchers = new Watchers(() => now);
    expect(watchers.any).toBe(false);
    watchers.add('a', 1000);
    now = 999;
    expect(watchers.any).toBe(true);
    watchers.add('a', 1000);
    now = 1500;
    expect(watchers.any).toBe(true);
    now = 2000;
    expect(watchers.any).toBe(false);
  });

  it('does not count any more once it says that it has stopped', () => {
    const watchers = new Watchers(() => 0);
    watchers.add('a', 1000);
    watchers.add('b', 1000);
    watchers.remove('a');
    expect(watchers.any).toBe(true);
    watchers.remove('b');
    expect(watchers.any).toBe(false);
  });
});
