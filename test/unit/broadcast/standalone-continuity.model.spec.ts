import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { STREAM_START } from '../../../lib/stream/event-log.js';
import type { StreamEvent } from '../../../lib/stream/stream-event.js';
import { FATES, type Fate } from '../stream/faulty-broker.js';
import { ALICE, flush, selfCheck } from '../stream/rig.js';
import { type BroadcastRig, broadcastRig, type StandaloneConnection } from './rig.js';

const MAX_HISTORY = 6;

type Source = 'own' | 'all';

/** What one log holds, and how far the client has got in it. */
class Progress {
  readonly ids: string[] = [];
  position = 0;

  place(id: string): number {
    return id === STREAM_START ? 0 : this.ids.indexOf(id) + 1;
  }

  receive(id: string): void {
    expect(this.place(id), 'the next message').toBe(this.position + 1);
    this.position++;
  }

  /** @returns how many messages it skips: only such that are not kept any more */
  skip(id: string): number {
    const place = this.place(id);
    if (place <= this.position) return 0;
    expect(place, 'a gap skips only what is gone').toBeLessThanOrEqual(this.ids.length - MAX_HISTORY);
    const skipped = place - this.position;
    this.position = place;
    return skipped;
  }
}

/** Checks what a client receives: every message of each log once and in order, or a gap. */
class Model {
  readonly own = new Progress();
  readonly all = new Progress();
  gaps = 0;
  cursor = `${STREAM_START}_${STREAM_START}`;

  receive(event: StreamEvent): void {
    if (event.kind === 'end') return;
    const [own, all] = (event.kind === 'message' ? event.id : event.cursor).split('_') as [string, string];
    this.cursor = `${own}_${all}`;
    if (event.kind === 'message') {
      const { source } = (JSON.parse(event.data) as { params: { data: { source: Source } } }).params.data;
      this[source].receive(source === 'own' ? own : all);
    } else if (event.kind === 'gap') {
      this.gaps++;
      expect(this.own.skip(own) + this.all.skip(all), 'a gap skips something').toBeGreaterThan(0);
    }
    expect([this.own.place(own), this.all.place(all)], 'an id says how far the client has got').toEqual([
      this.own.position,
      this.all.position,
    ]);
  }
}

class Client {
  readonly model = new Model();
  connection: StandaloneConnection | undefined;
  #number = 0;
  /** How long ago a page was read when it arrives, ms: meanwhile something else may have been appended and signalled. */
  delayMs = 0;

  constructor(readonly r: BroadcastRig) {
    const read = r.log.read.bind(r.log);
    r.log.read = async (...args) => {
      const page = await read(...args);
      if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      return page;
    };
  }

  open(): void {
    this.drain();
    this.connection?.cut();
    this.connection = this.r.open(this.model.cursor);
  }

  cut(): void {
    this.drain();
    this.connection?.cut();
    this.connection = undefined;
  }

  drain(): void {
    for (const event of this.connection?.take() ?? []) this.model.receive(event);
  }

  async add(source: Source): Promise<void> {
    const data = { source, number: this.#number++ };
    if (source === 'all') {
      this.model.all.ids.push(await this.r.announce({ type: 'message', level: 'error', data }));
    } else {
      const outcome = await this.r.log.append(ALICE, 'g', JSON.stringify({ params: { data } }));
      this.model.own.ids.push((outcome as { id: string }).id);
    }
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('own' as const, 'all' as const),
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('open', 'cut', 'interrupt', 'release', 'check', 'flush', 'restart'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('delay'), count: fc.constantFrom(0, 1, 5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('wait'), count: fc.constantFrom(1, 2, 5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      fate: fc.constantFrom(...FATES),
    }),
  },
);

interface Step {
  readonly do: string;
  readonly count?: number;
  readonly fate?: Fate;
}

async function perform(client: Client, todo: Step): Promise<void> {
  const { r } = client;
  switch (todo.do) {
    case 'own':
    case 'all':
      for (let i = 0; i < todo.count!; i++) await client.add(todo.do);
      return;
    case 'open':
      return client.open();
    case 'cut':
      return client.cut();
    case 'interrupt':
      return r.broker.interrupt();
    case 'release':
      return r.broker.releaseHeld();
    case 'check':
      return selfCheck();
    case 'restart':
      client.cut();
      return r.restartFeed();
    case 'fate':
      r.broker.fate = () => todo.fate!;
      return;
    case 'delay':
      client.delayMs = todo.count!;
      return;
    case 'wait':
      return void (await vi.advanceTimersByTimeAsync(todo.count!));
    case 'flush':
      return flush();
  }
}

describe('continuity of a standalone stream and the broadcasts in it', () => {
  beforeEach(() => void vi.useFakeTimers());

  it('each message of both logs arrives once and in the order of its log, or a gap is told, for any sequence of faults', async () => {
    let [received, gaps] = [0, 0];
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const r = broadcastRig({ maxHistory: MAX_HISTORY });
      await r.begin();
      const client = new Client(r);
      for (const todo of steps) {
        await perform(client, todo);
        client.drain();
      }
      client.delayMs = 0;
      r.broker.fate = () => 'pass';
      if (!client.connection) client.open();
      await flush();
      r.broker.interrupt();
      await selfCheck();
      await vi.advanceTimersByTimeAsync(10_000);
      client.drain();
      const { own, all } = client.model;
      expect([own.position, all.position]).toEqual([own.ids.length, all.ids.length]);
      received += own.position + all.position;
      gaps += client.model.gaps;
      client.cut();
      r.close();
    });
    await fc.assert(property, { numRuns: 600 });
    expect(received).toBeGreaterThan(300);
    expect(gaps).toBeGreaterThan(0);
  });
});
