import type { Observable, Subscription } from 'rxjs';
import { vi } from 'vitest';
import { MemoryEventLog, type MemoryEventLogOptions } from '../../../lib/memory/memory-event-log.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import type { SessionKey } from '../../../lib/session/session-record.js';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import type { StreamEvent } from '../../../lib/stream/stream-event.js';
import { openStream, type StreamOpening } from '../../../lib/stream/stream-reader.js';
import { FaultyBroker } from './faulty-broker.js';

export const SELF_CHECK_MS = 1000;
export const ALICE: SessionKey = { principal: 'alice', id: 'session-1' };

/** Store, log and a faulty broker with one clock. Needs fake timers. */
export function rig(limits: Partial<MemoryEventLogOptions> = {}) {
  let now = 1_763_800_000_000;
  const clock = () => now;
  const broker = new FaultyBroker();
  const store = new MemorySessionStore({ clock, idleTtlMs: 1e9 });
  const log = new MemoryEventLog({ maxHistory: 5, ...limits, sessions: store, broker, clock });
  const reported: unknown[] = [];
  return {
    broker,
    store,
    log,
    reported,
    advanceClock: (ms: number) => void (now += ms),
    begin: (key = ALICE) => store.create({ ...key, revision: '2025-11-25', clientCapabilities: {}, initialized: true }),
    async append(
      count: number,
      { key = ALICE, stream = STANDALONE_STREAM, from = 1, final = false } = {},
    ): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        const outcome = await log.append(key, stream, `${from + i}`, { final: final && i === count - 1 });
        if (outcome.kind === 'appended') ids.push(outcome.id);
      }
      return ids;
    },
    connect: (opening: Partial<StreamOpening> = {}) =>
      new Connection(
        openStream({
          log,
          broker,
          session: ALICE,
          stream: STANDALONE_STREAM,
          selfCheckMs: SELF_CHECK_MS,
          report: (error) => void reported.push(error),
          ...opening,
        }),
      ),
    close() {
      log.close();
      store.close();
    },
  };
}

export type Rig = ReturnType<typeof rig>;

/** One connection and what it received. */
export class Connection {
  readonly events: StreamEvent[] = [];
  readonly subscription: Subscription;
  completed = false;
  #taken = 0;

  constructor(events: Observable<StreamEvent>) {
    this.subscription = events.subscribe({
      next: (event) => void this.events.push(event),
      complete: () => (this.completed = true),
    });
  }

  cut(): void {
    this.subscription.unsubscribe();
  }

  /** The events since the last call. */
  take(): StreamEvent[] {
    const events = this.events.slice(this.#taken);
    this.#taken = this.events.length;
    return events;
  }

  /** The events in short: `primed`, the text of a message, `text!` of a final one, `gap:reason`, `end:reason`. */
  get summary(): string {
    return this.events.map(describeEvent).join(' ');
  }
}

function describeEvent(event: StreamEvent): string {
  if (event.kind === 'message') return event.final ? `${event.data}!` : event.data;
  return event.kind === 'primed' ? 'primed' : `${event.kind}:${event.reason}`;
}

/** Waits for everything that needs no timer. */
export const flush = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

/** Waits until every open stream has run its self-check. */
export const selfCheck = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(SELF_CHECK_MS * 1.4));
