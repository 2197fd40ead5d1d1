import { describe, expect, it } from 'vitest';
import { SIGNAL_PAYLOAD_LIMIT } from '../../lib/stream/stream-signal.js';
import { excludeAbandoned, withIds } from './abandoned-messages.js';
import { checkAnnouncements } from './announcement-check.js';
import { checkHistory, type History, type Offer, type Outcome, type Received, NO_VIOLATIONS } from './history-check.js';
import { Liveness } from './liveness.js';
import { plan, SCENARIOS } from './nemesis.js';
import { unpadded, padded, textOf } from './text.js';

const offer = (n: number, outcome: Outcome = 'ok', producer = 'p', batch = n): Offer => ({
  ...{ stream: 's', producer, n, batch, outcome },
});
const message = (n: number, id = `${n}-0`, producer = 'p'): Received => ({
  kind: 'message',
  id,
  text: `${producer} ${n}`,
});
const GAP: Received = { kind: 'gap' };

const checkStream = (offers: Offer[], received: Received[], logged?: History['logged']) =>
  checkHistory({ offers, received: new Map([['s', received]]), logged });

describe('checkHistory()', () => {
  it('checkHistory() finds no violation in a complete history', () => {
    const offers = [offer(1), offer(2, 'info'), offer(3, 'fail'), offer(4), offer(5, 'info')];
    const logged = new Map([['s', [{ id: '4-0', text: 'p 4' }]]]);
    expect(checkStream(offers, [message(1), message(2), message(4)], logged)).toEqual({
      ...NO_VIOLATIONS,
      ...{ acked: 2, failed: 1, unknown: 2, delivered: 3, examples: [] },
    });
  });

  const violations: [violation: keyof typeof NO_VIOLATIONS, story: string, offers: Offer[], received: Received[]][] = [
    ['lost', 'an acknowledged message is never delivered', [offer(1), offer(2)], [message(1)]],
    ['duplicated', 'a message is delivered twice', [offer(1)], [message(1), message(1)]],
    ['duplicated', 'a message is stored twice', [offer(1)], [message(1), message(1, '2-0')]],
    [
      'duplicated',
      'a message of unknown outcome is delivered twice',
      [offer(1, 'info')],
      [message(1), message(1, '2-0')],
    ],
    [
      'reordered',
      'a later entry overtakes an earlier one',
      [offer(1), offer(2, 'ok', 'q')],
      [message(2, '2-0', 'q'), message(1)],
    ],
    [
      'reordered',
      'the log swaps two messages of one producer',
      [offer(1), offer(2)],
      [message(2, '1-0'), message(1, '1-1')],
    ],
    ['invented', 'a message arrives that nobody sent', [], [message(1)]],
    ['revived', 'a refused message is delivered nevertheless', [offer(1, 'fail')], [message(1)]],
  ];
  it.each(violations)('checkHistory() counts a message as %s when %s', (violation, _story, offers, received) => {
    const { gaps: _, ...whole } = NO_VIOLATIONS;
    const result = checkStream(offers, received);
    expect(result).toMatchObject({ ...whole, [violation]: 1 });
    expect(result.examples).toEqual([expect.stringContaining(`${violation}: `)]);
  });

  it('checkHistory() counts a message of unknown outcome as withheld when the log has it and the reader does not', () => {
    const logged = new Map([['s', [{ id: '1-0', text: 'p 1' }]]]);
    expect(checkStream([offer(1, 'info')], [], logged)).toMatchObject({ withheld: 1, lost: 0 });
  });

  it('checkHistory() counts a message as reordered when the log has it under another id than the reader', () => {
    const logged = new Map([['s', [{ id: '9-0', text: 'p 1' }]]]);
    expect(checkStream([offer(1)], [message(1)], logged)).toMatchObject({ reordered: 1, lost: 0 });
  });

  it('checkHistory() compares both halves of an entry id as numbers', () => {
    expect(checkStream([offer(9), offer(10)], [message(9, '5-9'), message(10, '5-10')])).toMatchObject(NO_VIOLATIONS);
  });

  it('checkHistory() lists each gap with the entries before and after it', () => {
    const result = checkStream([offer(1), offer(2), offer(3)], [message(1), GAP, message(3), GAP]);
    expect(result.lost).toBe(1);
    expect(result.gaps).toEqual([
      { stream: 's', after: '1-0', before: '3-0' },
      { stream: 's', after: '3-0', before: undefined },
    ]);
  });

  it('checkHistory() expects order between batches but not within a batch', () => {
    const batches = (...of: number[]) => of.map((batch, n) => offer(n, 'ok', 'p', batch));
    const turned = [message(1, '1-0'), message(0, '2-0'), message(2, '3-0')];
    expect(checkStream(batches(0, 0, 1), turned)).toMatchObject(NO_VIOLATIONS);
    expect(checkStream(batches(0, 1, 1), turned)).toMatchObject({ reordered: 1 });
    expect(checkStream(batches(0, 0, 1), [message(0), message(2), message(1, '3-0')])).toMatchObject({ reordered: 1 });
  });

  it('checkHistory() judges producers and streams separately', () => {
    const offers = [offer(1), offer(1, 'ok', 'q'), { ...offer(1), stream: 't' }];
    const received = new Map([
      ['s', [message(1, '1-0', 'q'), message(1, '2-0')]],
      ['t', [message(1)]],
    ]);
    expect(checkHistory({ offers, received })).toMatchObject({ ...NO_VIOLATIONS, delivered: 3 });
    received.delete('t');
    expect(checkHistory({ offers, received })).toMatchObject({ ...NO_VIOLATIONS, lost: 1 });
  });
});

describe('checkAnnouncements()', () => {
  const logged = [
    { id: '1-0', text: 'all0 0' },
    { id: '2-0', text: 'chaos://all0 2-0' },
    { id: '3-0', text: 'list 3-0' },
    { id: '4-0', text: 'chaos://all0 4-0' },
  ];
  const announced = (updates = 2) =>
    new Map([['all0', { broadcasts: [{ n: 0, batch: 0, outcome: 'ok' as const }], updates }]]);
  const entries = (...at: number[]): Received[] => at.map((i) => ({ kind: 'message', ...logged[i]! }));
  const check = (received: Received[], updates?: number) =>
    checkAnnouncements({ announced: announced(updates), logged, received: new Map([['s', received]]) });

  it('finds no violation when each session has received the log', () => {
    expect(check(entries(0, 1, 2, 3))).toMatchObject({ ...NO_VIOLATIONS, delivered: 4, acked: 4, examples: [] });
  });

  it.each([
    ['a broadcast', [1, 2, 3]],
    ['an update', [0, 2, 3]],
    ['a list change', [0, 1, 3]],
  ] as const)('counts %s that a session has not received as lost', (_, at) => {
    expect(check(entries(...at))).toMatchObject({ ...NO_VIOLATIONS, lost: 1 });
  });

  it('counts what arrives twice, late, or was not announced', () => {
    expect(check(entries(0, 1, 1, 2, 3))).toMatchObject({ ...NO_VIOLATIONS, duplicated: 1 });
    expect(check(entries(0, 2, 1, 3)).reordered).toBeGreaterThan(0);
    const invented: Received = { kind: 'message', id: '5-0', text: 'chaos://all0 5-0' };
    expect(check([...entries(0, 1, 2, 3), invented])).toMatchObject({ ...NO_VIOLATIONS, invented: 1 });
  });

  it('counts an update that was acknowledged and is not in the log as lost', () => {
    expect(check(entries(0, 1, 2, 3), 3)).toMatchObject({ ...NO_VIOLATIONS, lost: 1 });
  });
});

describe('histories of official clients', () => {
  const logged = new Map([['s', [1, 2, 3, 4].map((n) => ({ id: `${n}-0`, text: `p ${n}` }))]]);
  const withoutIds = (...of: number[]) => of.map((n): Received => message(n, ''));
  const checkAdjusted = (offers: Offer[], received: Received[], gaveUp: string[]) => {
    const named = new Map([['s', withIds(received, logged.get('s')!)]]);
    const { abandoned, ...fair } = excludeAbandoned({ offers, received: named, logged }, new Set(gaveUp));
    return { abandoned, ...checkHistory({ ...fair, received: named }) };
  };
  const offers = [1, 2, 3, 4].map((n) => offer(n));

  it('withIds() takes entry ids from the log, so that duplicates and order are judged for official clients, too', () => {
    expect(checkAdjusted(offers, withoutIds(1, 2, 3, 4), [])).toMatchObject({ ...NO_VIOLATIONS, abandoned: 0 });
    expect(checkAdjusted(offers, withoutIds(1, 3, 2, 4), [])).toMatchObject({ reordered: 2 });
    expect(checkAdjusted(offers, withoutIds(1, 2, 2, 3, 4), [])).toMatchObject({ duplicated: 1 });
    expect(checkAdjusted(offers, withoutIds(1, 2, 7, 3, 4), [])).toMatchObject({ invented: 1 });
  });

  it('excludeAbandoned() counts only messages after the last received one of a client that gave up as abandoned', () => {
    expect(checkAdjusted(offers, withoutIds(1, 2), ['s'])).toMatchObject({ ...NO_VIOLATIONS, acked: 2, abandoned: 2 });
    expect(checkAdjusted(offers, withoutIds(1, 3), ['s'])).toMatchObject({ lost: 1, abandoned: 1 });
    expect(checkAdjusted(offers, withoutIds(1, 2), [])).toMatchObject({ lost: 2, abandoned: 0 });
  });

  it('excludeAbandoned() counts all logged messages of a client that received nothing as abandoned', () => {
    expect(checkAdjusted([...offers, offer(5)], [], ['s'])).toMatchObject({ lost: 1, abandoned: 4 });
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
    const messages = Array.from({ length: 500 }, (_, n) => padded('p', n));
    expect(messages.map(unpadded)).toEqual(Array.from({ length: 500 }, (_, n) => textOf({ producer: 'p', n })));
    expect(messages.filter((text) => text.length > SIGNAL_PAYLOAD_LIMIT)).toHaveLength(2);
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
