import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeStreamSignal } from '../../../lib/stream/stream-signal.js';
import { STREAM_START } from '../../../lib/stream/event-log.js';
import type { StreamEvent } from '../../../lib/stream/stream-event.js';
import { FATES, type Fate } from './faulty-broker.js';
import { ALICE, Connection, rig, type Rig, selfCheck, flush } from './rig.js';

const HISTORY_TTL = 60_000;

/** The model: how many entries exist, how many of them the log has trimmed, and the position of the client. */
class Model {
  readonly ids: string[] = [];
  trimmed = 0;
  position = 0;
  lost = 0;
  gaps = 0;

  place(cursor: string): number {
    return cursor === STREAM_START ? 0 : this.ids.indexOf(cursor) + 1;
  }

  /** Every entry is delivered once and in order, or lies in a signalled gap; no gap is larger than necessary. */
  receive(event: StreamEvent): void {
    if (event.kind === 'message') {
      expect(this.place(event.id), 'the next entry').toBe(this.position + 1);
      expect(event.data).toBe(`${this.position + 1}`);
      this.position++;
    } else if (event.kind === 'gap') {
      const place = this.place(event.cursor);
      expect(place, 'a gap skips something').toBeGreaterThan(this.position);
      expect(place, 'a gap skips only what is gone').toBeLessThanOrEqual(this.trimmed);
      this.lost += place - this.position;
      this.gaps++;
      this.position = place;
    }
  }

  get cursor(): string {
    return this.ids[this.position - 1] ?? STREAM_START;
  }
}

class Client {
  readonly model = new Model();
  connection: Connection | undefined;

  constructor(readonly r: Rig) {}

  /** Opens a connection at the client's cursor; an open one is abandoned, like a half-open socket. */
  open(): Connection | undefined {
    this.drain();
    const older = this.connection;
    this.connection = this.r.connect({ cursor: this.model.cursor, pageSize: 3 });
    return older;
  }

  cut(): void {
    this.drain();
    this.connection?.cut();
    this.connection = undefined;
  }

  drain(): void {
    for (const event of this.connection?.take() ?? []) this.model.receive(event);
  }

  async append(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.model.ids.push(...(await this.r.append(1, { from: this.model.ids.length + 1 })));
      await this.updateTrimmed();
    }
  }

  /** Reads how many entries the log has trimmed; the contract suite proves that it keeps those it must. */
  async updateTrimmed(): Promise<void> {
    const [oldest] = (await this.r.log.read(ALICE, 'g', STREAM_START, 1)).entries;
    this.model.trimmed = oldest === undefined ? this.model.ids.length : this.model.place(oldest.id) - 1;
    this.drain();
  }
}

type Step = { do: 'append'; count: number } | { do: 'fate'; fate: Fate } | { do: 'clock'; ms: number } | { do: Plain };
const PLAIN = ['open', 'cut', 'release', 'interrupt', 'check', 'flush', 'takeover', 'expire'] as const;
type Plain = (typeof PLAIN)[number];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...PLAIN) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fate' as const),
      fate: fc.constantFrom(...FATES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), ms: fc.integer({ min: -5000, max: 5000 }) }) },
);

async function perform(client: Client, todo: Step): Promise<void> {
  const { r } = client;
  switch (todo.do) {
    case 'append':
      return client.append(todo.count);
    case 'fate':
      r.broker.fate = () => todo.fate;
      return;
    case 'clock':
      r.advanceClock(todo.ms);
      return client.updateTrimmed();
    case 'open':
      return void (client.connection ?? client.open());
    case 'takeover':
      return void client.open();
    case 'cut':
      return client.cut();
    case 'release':
      return r.broker.releaseHeld();
    case 'interrupt':
      return r.broker.interrupt();
    case 'check':
      return selfCheck();
    case 'flush':
      return flush();
    case 'expire':
      r.advanceClock(HISTORY_TTL);
      return client.updateTrimmed();
  }
}

describe('stream continuity', () => {
  beforeEach(() => void vi.useFakeTimers());

  it('a stream delivers every entry once and in order, or signals exactly the gap, for any sequence of faults', async () => {
    let [runs, gaps, dropped] = [0, 0, 0];
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const r = rig({ maxHistory: 10, historyTtlMs: HISTORY_TTL });
      await r.begin();
      const client = new Client(r);
      const connections = new Set<Connection>();
      for (const todo of steps) {
        if (client.connection) connections.add(client.connection);
        await perform(client, todo);
        client.drain();
      }
      if (!client.connection) client.open();
      await selfCheck();
      await client.updateTrimmed();
      expect(client.model.position, 'every entry is accounted for').toBe(client.model.ids.length);
      for (const older of connections) {
        if (older !== client.connection) expect(older.subscription.closed, 'superseded or cut').toBe(true);
      }
      client.cut();
      await r.store.end(ALICE);
      await flush();
      expect(r.reported).toEqual([]);
      expect([r.broker.inner.sizes.listeners, r.log.sizes.entries, r.broker.interruptionListeners]).toEqual([0, 0, 0]);
      r.close();
      runs++;
      gaps += client.model.gaps;
      dropped += r.broker.dropped;
    });
    await fc.assert(property, { numRuns: 400, interruptAfterTimeLimit: 12_000 });
    // Without faults and gaps the property would prove nothing.
    expect(runs).toBeGreaterThan(50);
    expect(gaps).toBeGreaterThan(0);
    expect(dropped).toBeGreaterThan(0);
  });

  it('control: a reader that trusts stream signals alone loses, repeats and reorders entries with the same broker', async () => {
    const r = rig({ maxHistory: 1000 });
    await r.begin();
    const fates: Fate[] = ['pass', 'drop', 'pass', 'twice', 'hold', 'pass'];
    let published = 0;
    r.broker.fate = () => fates[published++ % fates.length]!;
    const naive: string[] = [];
    const subscription = await r.broker.subscribe(r.log.channel(ALICE), (line) => {
      const signal = decodeStreamSignal(line);
      if (signal?.kind === 'entry') naive.push(signal.data!);
    });
    const connection = r.connect({ cursor: STREAM_START });
    await flush();
    for (let i = 0; i < 30; i++) {
      await r.append(10, { from: i * 10 + 1 });
      await r.broker.releaseHeld();
      await flush();
    }
    await selfCheck();
    const sent = Array.from({ length: 300 }, (_, i) => `${i + 1}`);
    expect(connection.events.flatMap((event) => (event.kind === 'message' ? [event.data] : []))).toEqual(sent);
    expect(sent.filter((text) => !naive.includes(text)).length, 'lost').toBeGreaterThan(20);
    expect(naive.length - new Set(naive).size, 'repeated').toBeGreaterThan(20);
    expect(naive.filter((text, i) => i > 0 && Number(text) < Number(naive[i - 1])).length, 'reordered').toBeGreaterThan(
      20,
    );
    connection.cut();
    await subscription.close();
    r.close();
  });

  it('no entry reaches another session among 200 with the same stream names, cut and resumed', async () => {
    const r = rig({ maxHistory: 1000 });
    const streams = ['g', 'r1', 'r2'];
    // Several principals have the same session ids.
    const keys = Array.from({ length: 200 }, (_, i) => ({ principal: `p${i % 20}`, id: `s${Math.floor(i / 20)}` }));
    await Promise.all(keys.map((key) => r.begin(key)));
    const readers = keys.flatMap((session) =>
      streams.map((stream) => ({ session, stream, texts: [] as string[], cursor: STREAM_START })),
    );
    const nameOf = ({ session, stream }: { session: { principal: string; id: string }; stream: string }) =>
      `${session.principal}/${session.id}/${stream}`;
    let random = 42;
    const next = () => (random = (random * 1_103_515_245 + 12_345) % 2_147_483_648);
    r.broker.fate = () => (['pass', 'pass', 'pass', 'drop', 'twice', 'hold'] as const)[(next() >> 8) % 6]!;
    for (let round = 0; round < 4; round++) {
      const connections = readers.map(({ session, stream, cursor }) => r.connect({ session, stream, cursor }));
      for (let i = 0; i < 3; i++) {
        await Promise.all(
          readers.map((reader) => r.log.append(reader.session, reader.stream, `${nameOf(reader)} ${round * 3 + i}`)),
        );
      }
      await r.broker.releaseHeld();
      await (round === 3 ? selfCheck() : flush());
      for (const [i, connection] of connections.entries()) {
        const reader = readers[i]!;
        for (const event of connection.events) {
          if (event.kind !== 'message') continue;
          reader.texts.push(event.data);
          reader.cursor = event.id;
        }
        connection.cut();
      }
    }
    for (const reader of readers) {
      expect(reader.texts).toEqual(Array.from({ length: 12 }, (_, i) => `${nameOf(reader)} ${i}`));
    }
    expect(r.reported).toEqual([]);
    for (const key of keys) await r.store.end(key);
    await flush();
    expect(r.log.sizes).toEqual({ sessions: 0, streams: 0, entries: 0, bytes: 0 });
    expect(r.broker.inner.sizes.listeners).toBe(0);
    r.close();
  });
});
