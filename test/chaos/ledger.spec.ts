import { describe, expect, it } from 'vitest';
import { SIGNAL_PAYLOAD_LIMIT } from '../../lib/stream/stream-signal.js';
import { setAside, withIds } from '../chaos/departure.js';
import { check, type History, type Offer, type Outcome, type Received, WHOLE } from '../chaos/ledger.js';
import { Liveness } from '../chaos/liveness.js';
import { plan, SCENARIOS } from '../chaos/nemesis.js';
import { heard, spoken, textOf } from '../chaos/text.js';

const offer = (n: number, outcome: Outcome = 'ok', producer = 'p', batch = n): Offer => ({
  ...{ stream: 's', producer, n, batch, outcome },
});
const got = (n: number, id = `${n}-0`, producer = 'p'): Received => ({ kind: 'message', id, text: `${producer} ${n}` });
const GAP: Received = { kind: 'gap' };

const judge = (offers: Offer[], received: Received[], kept?: History['kept']) =>
  check({ offers, received: new Map([['s', received]]), kept });

describe('check()', () => {
  it('check() finds no violation in a complete history', () => {
    const offers = [offer(1), offer(2, 'info'), offer(3, 'fail'), offer(4), offer(5, 'info')];
    const kept = new Map([['s', [{ id: '4-0', text: 'p 4' }]]]);
    expect(judge(offers, [got(1), got(2), got(4)], kept)).toEqual({
      ...WHOLE,
      ...{ acked: 2, failed: 1, unknown: 2, delivered: 3, examples: [] },
    });
  });

  const one: [violation: keyof typeof WHOLE, story: string, offers: Offer[], received: Received[]][] = [
    ['lost', 'an acknowledged message is never delivered', [offer(1), offer(2)], [got(1)]],
    ['duplicated', 'a message is delivered twice', [offer(1)], [got(1), got(1)]],
    ['duplicated', 'a message is stored twice', [offer(1)], [got(1), got(1, '2-0')]],
    ['duplicated', 'a message of unknown outcome is delivered twice', [offer(1, 'info')], [got(1), got(1, '2-0')]],
    [
      'reordered',
      'a later entry overtakes an earlier one',
      [offer(1), offer(2, 'ok', 'q')],
      [got(2, '2-0', 'q'), got(1)],
    ],
    ['reordered', 'the log swaps two messages of one producer', [offer(1), offer(2)], [got(2, '1-0'), got(1, '1-1')]],
    ['invented', 'a message arrives that nobody sent', [], [got(1)]],
    ['revived', 'a refused message is delivered nevertheless', [offer(1, 'fail')], [got(1)]],
  ];
  it.each(one)('check() counts a message as %s when %s', (violation, _story, offers, received) => {
    const { gaps: _, ...whole } = WHOLE;
    const verdict = judge(offers, received);
    expect(verdict).toMatchObject({ ...whole, [violation]: 1 });
    expect(verdict.examples).toEqual([expect.stringContaining(`${violation}: `)]);
  });

  it('check() counts a message as withheld when its outcome is unknown and the log has it but the reader does not', () => {
    const kept = new Map([['s', [{ id: '1-0', text: 'p 1' }]]]);
    expect(judge([offer(1, 'info')], [], kept)).toMatchObject({ withheld: 1, lost: 0 });
  });

  it('check() counts a message as reordered when the log has it under another id than the reader', () => {
    const kept = new Map([['s', [{ id: '9-0', text: 'p 1' }]]]);
    expect(judge([offer(1)], [got(1)], kept)).toMatchObject({ reordered: 1, lost: 0 });
  });

  it('check() compares both halves of an entry id as numbers', () => {
    expect(judge([offer(9), offer(10)], [got(9, '5-9'), got(10, '5-10')])).toMatchObject(WHOLE);
  });

  it('check() lists each gap with the entries before and after it', () => {
    const verdict = judge([offer(1), offer(2), offer(3)], [got(1), GAP, got(3), GAP]);
    expect(verdict.lost).toBe(1);
    expect(verdict.gaps).toEqual([
      { stream: 's', after: '1-0', before: '3-0' },
      { stream: 's', after: '3-0', before: undefined },
    ]);
  });

  it('check() expects order between batches but not within a batch', () => {
    const batches = (...of: number[]) => of.map((batch, n) => offer(n, 'ok', 'p', batch));
    const turned = [got(1, '1-0'), got(0, '2-0'), got(2, '3-0')];
    expect(judge(batches(0, 0, 1), turned)).toMatchObject(WHOLE);
    expect(judge(batches(0, 1, 1), turned)).toMatchObject({ reordered: 1 });
    expect(judge(batches(0, 0, 1), [got(0), got(2), got(1, '3-0')])).toMatchObject({ reordered: 1 });
  });

  it('check() judges producers and streams separately', () => {
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

describe('histories of official clients', () => {
  const kept = new Map([['s', [1, 2, 3, 4].map((n) => ({ id: `${n}-0`, text: `p ${n}` }))]]);
  const told = (...of: number[]) => of.map((n): Received => got(n, ''));
  const fairly = (offers: Offer[], received: Received[], deserters: string[]) => {
    const named = new Map([['s', withIds(received, kept.get('s')!)]]);
    const { abandoned, ...fair } = setAside({ offers, received: named, kept }, new Set(deserters));
    return { abandoned, ...check({ ...fair, received: named }) };
  };
  const offers = [1, 2, 3, 4].map((n) => offer(n));

  it('withIds() takes entry ids from the log, so that duplicates and order are judged for official clients, too', () => {
    expect(fairly(offers, told(1, 2, 3, 4), [])).toMatchObject({ ...WHOLE, abandoned: 0 });
    expect(fairly(offers, told(1, 3, 2, 4), [])).toMatchObject({ reordered: 2 });
    expect(fairly(offers, told(1, 2, 2, 3, 4), [])).toMatchObject({ duplicated: 1 });
    expect(fairly(offers, told(1, 2, 7, 3, 4), [])).toMatchObject({ invented: 1 });
  });

  it('excludeAbandoned() counts messages behind the last one of a client that gave up as abandoned, earlier ones as lost', () => {
    expect(fairly(offers, told(1, 2), ['s'])).toMatchObject({ ...WHOLE, acked: 2, abandoned: 2 });
    expect(fairly(offers, told(1, 3), ['s'])).toMatchObject({ lost: 1, abandoned: 1 });
    expect(fairly(offers, told(1, 2), [])).toMatchObject({ lost: 2, abandoned: 0 });
  });

  it('excludeAbandoned() counts all logged messages of a client that received nothing as abandoned', () => {
    expect(fairly([...offers, offer(5)], [], ['s'])).toMatchObject({ lost: 1, abandoned: 4 });
  });
});

describe('Liveness', () => {
  it('Liveness measures how long messages were accepted while none was delivered', () => {
    const watch = new Liveness();
    for (const at of [0, 1000, 2000]) watch.offered(at);
    watch.delivered();
    expect(watch.worstMs).toBe(2000);
  });

  it('Liveness does not count time in which no message was accepted', () => {
    const watch = new Liveness();
    watch.offered(0);
    watch.delivered();
    watch.offered(60_000);
    expect(watch.worstMs).toBe(0);
  });
});

describe('message texts', () => {
  it('a padded message that exceeds the payload of a stream signal keeps its producer and number', () => {
    const said = Array.from({ length: 500 }, (_, n) => spoken('p', n));
    expect(said.map(heard)).toEqual(Array.from({ length: 500 }, (_, n) => textOf({ producer: 'p', n })));
    expect(said.filter((text) => text.length > SIGNAL_PAYLOAD_LIMIT)).toHaveLength(2);
  });
});

describe('plan()', () => {
  it.each(SCENARIOS)(
    'plan() makes the same schedule of %s for the same seed and another one for another seed',
    (scenario) => {
      const steps = plan(scenario, 1, 30_000);
      expect(plan(scenario, 1, 30_000)).toEqual(steps);
      expect(plan(scenario, 2, 30_000)).not.toEqual(steps);
      expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    },
  );
});
