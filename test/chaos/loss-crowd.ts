import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import type { Instances } from './instances.js';
import { Liveness } from './liveness.js';
import { say } from './producer.js';
import type { Chance } from './random.js';
import { type Manner, Reader } from './reader.js';
import { textOf } from './text.js';

const PATIENCE_MS = 30_000;

/** A session, its reader, and what was said to it and acknowledged. */
export interface Seat {
  readonly session: string;
  readonly reader: Reader;
  readonly acked: string[];
}

/** Clients who are spoken to in steps, so that it is known who was to miss what. */
export class LossCrowd {
  readonly seats: Seat[] = [];
  #said = 0;

  constructor(
    private readonly fleet: Instances,
    private readonly chance: Chance,
    private readonly agent: Agent,
    private readonly manner: Manner,
  ) {}

  /** New sessions, in the place of those that are over. */
  async fill(count: number): Promise<void> {
    const over = this.seats.filter(({ reader }) => reader.ended > 0);
    await this.leave(over);
    for (const seat of over) this.seats.splice(this.seats.indexOf(seat), 1);
    while (this.seats.length < count) {
      const { fleet, chance, manner } = this;
      const { id: session } = await LegacySession.open(chance.pick(fleet.ports));
      const reader = new Reader({ fleet, session, manner, chance, liveness: new Liveness() });
      reader.start();
      this.seats.push({ session, reader, acked: [] });
    }
  }

  /** Neither part is empty. */
  split(chance: Chance): [Seat[], Seat[]] {
    const shuffled = this.seats
      .map((seat) => ({ seat, at: chance.next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ seat }) => seat);
    const middle = Math.ceil(shuffled.length / 2);
    return [shuffled.slice(0, middle), shuffled.slice(middle)];
  }

  /** Until every text is acknowledged: what was not may have come all the same, and is said under another name. */
  async speak(seats: readonly Seat[], count: number): Promise<void> {
    const { agent, chance, fleet } = this;
    await Promise.all(
      seats.map(async ({ session, acked }) => {
        for (const end = acked.length + count; acked.length < end;) {
          const text = textOf({ producer: 'p', n: this.#said++ });
          const [outcome] = await say(agent, chance.pick(fleet.ports), { session, texts: [text] });
          if (outcome !== 'ok') await pause(50);
          else acked.push(text);
        }
      }),
    );
  }

  async caughtUp(seats: readonly Seat[]): Promise<void> {
    const behind = () =>
      seats.filter(({ reader, acked }) => {
        const last = reader.received.findLast((one) => one.kind === 'message');
        return last?.kind === 'message' && acked.length > 0 ? last.text !== acked.at(-1) : acked.length > 0;
      }).length;
    await vi.waitFor(() => expect(behind()).toBe(0), { timeout: PATIENCE_MS, interval: 20 });
  }

  /** Until each of these knows that its session is over. */
  async toldTheEnd(seats: readonly Seat[]): Promise<void> {
    const unaware = () => seats.filter(({ reader }) => reader.ended === 0).length;
    await vi.waitFor(() => expect(unaware()).toBe(0), { timeout: PATIENCE_MS, interval: 20 });
  }

  async leave(seats: readonly Seat[]): Promise<void> {
    await Promise.all(seats.map(({ reader }) => reader.stop()));
  }

  /** At once for those who resume: what is said while they are on their way must reach them, too. */
  async comeBack(seats: readonly Seat[]): Promise<void> {
    for (const { reader } of seats) reader.start();
    const onTheirWay = () => seats.filter(({ reader }) => reader.cursor === undefined).length;
    await vi.waitFor(() => expect(onTheirWay()).toBe(0), { timeout: PATIENCE_MS, interval: 20 });
  }
}
