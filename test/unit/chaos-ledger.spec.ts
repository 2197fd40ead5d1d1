import { describe, expect, it } from 'vitest';
import { check, type History, type Offer, type Outcome, type Received, WHOLE } from '../chaos/ledger.js';
import { Liveness } from '../chaos/liveness.js';
import { plan, SCENARIOS } from '../chaos/nemesis.js';

const offer = (n: number, outcome: Outcome = 'ok', producer = 'p'): Offer => ({ stream: 's', producer, n, outcome });
const got = (n: number, id = `${n}-0`, producer = 'p'): Received => ({ kind: 'message', id, text: `${producer} ${n}` });
const GAP: Received = { kind: 'gap' };

const judge = (offers: Offer[], received: Received[], kept?: History['kept']) =>
  check({ offers, received: new Map([['s', received]]), kept });

describe('the judge of the chaos runs', () => {
  it('has nothing against a whole history', () => {
    const offers = [offer(1), offer(2, 'info'), offer(3, 'fail'), offer(4), offer(5, 'info')];
    const kept = new Map([['s', [{ id: '4-0', text: 'p 4' }]]]);
    expect(judge(offers, [got(1), got(2), got(4)], kept)).toEqual({
      ...WHOLE,
      ...{ acked: 2, failed: 1, unknown: 2, delivered: 3, examples: [] },
    });
  });

  const one: [violation: keyof typeof WHOLE, story: string, offers: Offer[], received: Received[]][] = [
    ['lost', 'an acknowledged message never came', [offer(1), offer(2)], [got(1)]],
    ['duplicated', 'a message came twice', [offer(1)], [got(1), got(1)]],
    ['duplicated', 'a message was stored twice', [offer(1)], [got(1), got(1, '2-0')]],
    ['duplicated', 'a message of unknown fate came twice', [offer(1, 'info')], [got(1), got(1, '2-0')]],
    [
      'reordered',
      'a later entry overtook an earlier one',
      [offer(1), offer(2, 'ok', 'q')],
      [got(2, '2-0', 'q'), got(1)],
    ],
    ['reordered', 'the log itself turned two around', [offer(1), offer(2)], [got(2, '1-0'), got(1, '1-1')]],
    ['invented', 'nobody ever said it', [], [got(1)]],
    ['revived', 'what was refused came all the same', [offer(1, 'fail')], [got(1)]],
  ];
  it.each(one)('%s: %s', (violation, _story, offers, received) => {
    const { gaps: _, ...whole } = WHOLE;
    const verdict = judge(offers, received);
    expect(verdict).toMatchObject({ ...whole, [violation]: 1 });
    expect(verdict.examples).toEqual([expect.stringContaining(`${violation}: `)]);
  });

  it('withheld: an entry of unknown fate is in the log, and the reader never got it', () => {
    const kept = new Map([['s', [{ id: '1-0', text: 'p 1' }]]]);
    expect(judge([offer(1, 'info')], [], kept)).toMatchObject({ withheld: 1, lost: 0 });
  });

  it('reordered: the log has the message under another id than the reader', () => {
    const kept = new Map([['s', [{ id: '9-0', text: 'p 1' }]]]);
    expect(judge([offer(1)], [got(1)], kept)).toMatchObject({ reordered: 1, lost: 0 });
  });

  it('counts both halves of an id as numbers', () => {
    expect(judge([offer(9), offer(10)], [got(9, '5-9'), got(10, '5-10')])).toMatchObject(WHOLE);
  });

  it('lists gaps with what they lie between', () => {
    const verdict = judge([offer(1), offer(2), offer(3)], [got(1), GAP, got(3), GAP]);
    expect(verdict.lost).toBe(1);
    expect(verdict.gaps).toEqual([
      { stream: 's', after: '1-0', before: '3-0' },
      { stream: 's', after: '3-0', before: undefined },
    ]);
  });

  it('takes producers and streams apart', () => {
    const offers = [offer(1), offer(1, 'ok', 'q'), { ...offer(1), stream: 't' }];
    const received = new Map([
      ['s', [got(1, '1-0', 'q'), got(1, '2-0')]],
      ['t', [got(1)]],
    ]);
    expect(check({ offers, received })).toMatchObject({ ...WHOLE, delivered: 3 });
    received.delete('t');
    expect(check({ offers, received })).toMatchObject({ ...WHOLE, lost: 1 });
  });
});

describe('the watch over liveness', () => {
  it('measures how long offers were taken while nothing came', () => {
    const watch = new Liveness();
    for (const at of [0, 1000, 2000]) watch.offered(at);
    watch.delivered();
    expect(watch.worstMs).toBe(2000);
  });

  it('does not count time in which nothing was taken either', () => {
    const watch = new Liveness();
    watch.offered(0);
    watch.delivered();
    watch.offered(60_000);
    expect(watch.worstMs).toBe(0);
  });
});

describe('the nemesis', () => {
  it.each(SCENARIOS)('%s: the same seed makes the same schedule, another one another', (scenario) => {
    const steps = plan(scenario, 1, 30_000);
    expect(plan(scenario, 1, 30_000)).toEqual(steps);
    expect(plan(scenario, 2, 30_000)).not.toEqual(steps);
    expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  });
});
