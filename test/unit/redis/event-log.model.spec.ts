import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import { type EventLog, STREAM_START, StreamLimitError } from '../../../lib/stream/event-log.js';
import type { SessionStore } from '../../../lib/session/session-store.js';
import { fleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const LIMITS = { maxHistory: 10_000, maxHistoryBytes: 300, historyTtlMs: 600_000, resultTtlMs: 600_000, maxStreams: 3 };
const SESSIONS = ['one', 'two'].map((id) => ({ principal: 'alice', id }));
const STREAMS = ['g', 'r1', 'r2', 'r3', 'r4', 'r5'];

interface Place {
  readonly session: number;
  readonly stream: string;
}
type Step =
  | ({ readonly do: 'append'; readonly texts: string[]; readonly final: boolean } & Place)
  | ({ readonly do: 'read'; readonly back: number; readonly count: number } & Place)
  | ({ readonly do: 'claim' | 'release' } & Place)
  | { readonly do: 'end'; readonly session: number };

const place = { session: fc.nat(1), stream: fc.constantFrom(...STREAMS) };
const text = fc.oneof(fc.string(), fc.string({ minLength: 80, maxLength: 400 }), fc.constant('{"ü":"🚀"}'));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      ...place,
      texts: fc.array(text, { minLength: 1, maxLength: 6 }),
      final: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      ...place,
      back: fc.nat(5),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('claim' as const, 'release' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), session: fc.nat(1) }) },
);

/** Runs steps on one log and returns its answers, with entry ids replaced by their ordinal number. */
class Subject {
  readonly #names = new Map<string, string[]>();
  readonly #fences = new Map<string, number>();

  constructor(
    private readonly log: EventLog,
    private readonly store: SessionStore,
  ) {}

  async run(one: Step): Promise<unknown> {
    if (one.do === 'end') return this.store.end(SESSIONS[one.session]!);
    const key = SESSIONS[one.session]!;
    const name = `${one.session} ${one.stream}`;
    const ids = this.#names.get(name) ?? [];
    this.#names.set(name, ids);
    const number = (id: string): number =>
      id === STREAM_START ? -1 : ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1;
    switch (one.do) {
      case 'append': {
        // Not awaited one by one: entries appended in the same tick keep their order.
        const last = one.texts.length - 1;
        const all = one.texts.map((data, i) =>
          this.log.append(key, one.stream, data, { final: one.final && i === last }),
        );
        const outcomes = await Promise.allSettled(all);
        return outcomes.map((outcome) => {
          if (outcome.status === 'rejected')
            return outcome.reason instanceof StreamLimitError ? 'limit' : String(outcome.reason);
          return outcome.value.kind === 'appended' ? number(outcome.value.id) : outcome.value.kind;
        });
      }
      case 'read': {
        const cursor = ids.at(-1 - one.back) ?? STREAM_START;
        const { entries, last, final, known, fence, ended } = await this.log.read(key, one.stream, cursor, one.count);
        const readable = entries.map((e) => [number(e.id), number(e.previous), e.data, e.final]);
        return [
          readable,
          number(last),
          final && [number(final.id), number(final.previous), final.data],
          known,
          fence,
          ended,
        ];
      }
      case 'claim': {
        const fence = await this.log.claim(key, one.stream).catch((error: unknown) => (error as Error).name);
        if (typeof fence === 'number') this.#fences.set(name, fence);
        return fence;
      }
      case 'release':
        return this.log.release(key, one.stream, this.#fences.get(name) ?? 0);
    }
  }
}

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe('EventLog on Redis and in memory', () => {
  it(
    'the event logs on Redis and in memory give the same answers for any sequence of operations',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
          const member = await fleetMember({ redis: redis.url, namespace: newNamespace(), ...LIMITS });
          const store = new MemorySessionStore();
          const log = new MemoryEventLog({ ...LIMITS, sessions: store, broker: new MemoryMessageBroker() });
          for (const key of SESSIONS) {
            const record = { ...key, revision: '2025-11-25' as const, clientCapabilities: {}, initialized: true };
            await Promise.all([store.create(record), member.store.create(record)]);
          }
          const [model, real] = [new Subject(log, store), new Subject(member.log, member.store)];
          try {
            for (const one of steps) expect(await real.run(one), JSON.stringify(one)).toEqual(await model.run(one));
          } finally {
            await member.close();
            log.close();
            store.close();
          }
        }),
        { numRuns: Number(process.env.MODEL_RUNS ?? 60) },
      );
    },
  );
});
