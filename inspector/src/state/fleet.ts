import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { CallRecord } from '../../../lib/inspector/wire/call.js';
import type { GapRecord } from '../../../lib/inspector/wire/gap.js';
import type { GoneInstance, InstanceReport, InstanceView } from '../../../lib/inspector/wire/instance.js';
import type { RedisMemory } from '../../../lib/inspector/wire/redis-memory.js';
import type { RefusalRecord } from '../../../lib/inspector/wire/refusal.js';
import type { SessionList } from '../../../lib/inspector/wire/session.js';
import type { Snapshot, StreamEvent } from '../../../lib/inspector/wire/stream-event.js';
import type { TaskList } from '../../../lib/inspector/wire/task.js';
import type { FleetListener, Link } from '../api/fleet-stream.js';
import { LatencyHistory } from './latency-history.js';

/** Older calls leave the tape. */
const MAX_CALLS = 1000;
const MAX_RECORDS = 200;
/** Points of a sparkline. */
const MAX_POINTS = 60;
/** How long an instance that has gone is still shown. */
const FORGET_MS = 60_000;

/** All instances, as the one that the page is connected to tells of them. */
export class Fleet implements FleetListener {
  readonly latencies = new LatencyHistory();
  readonly #link = signal<Link>({ kind: 'connecting' });
  readonly #instances = signal<ReadonlyMap<string, InstanceView>>(new Map());
  readonly #loads = signal<ReadonlyMap<string, readonly number[]>>(new Map());
  readonly #calls = signal<readonly CallRecord[]>([]);
  readonly #leftOut = signal(0);
  readonly #refusals = signal<readonly RefusalRecord[]>([]);
  readonly #gaps = signal<readonly GapRecord[]>([]);
  readonly #sessions = signal<SessionList | null>(null);
  readonly #tasks = signal<TaskList | null>(null);
  readonly #redis = signal<RedisMemory | null>(null);
  /** Goes up with each report: what is computed from `latencies` depends on it. */
  readonly #version = signal(0);

  constructor(private readonly now: () => number = Date.now) {}

  get link(): ReadonlySignal<Link> {
    return this.#link;
  }
  get instances(): ReadonlySignal<ReadonlyMap<string, InstanceView>> {
    return this.#instances;
  }
  /** The CPU of each instance, the latest last. */
  get loads(): ReadonlySignal<ReadonlyMap<string, readonly number[]>> {
    return this.#loads;
  }
  /** Oldest first. */
  get calls(): ReadonlySignal<readonly CallRecord[]> {
    return this.#calls;
  }
  /** Calls that no report had room for. */
  get leftOut(): ReadonlySignal<number> {
    return this.#leftOut;
  }
  get refusals(): ReadonlySignal<readonly RefusalRecord[]> {
    return this.#refusals;
  }
  get gaps(): ReadonlySignal<readonly GapRecord[]> {
    return this.#gaps;
  }
  get sessions(): ReadonlySignal<SessionList | null> {
    return this.#sessions;
  }
  get tasks(): ReadonlySignal<TaskList | null> {
    return this.#tasks;
  }
  get redis(): ReadonlySignal<RedisMemory | null> {
    return this.#redis;
  }
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  linked(link: Link): void {
    this.#link.value = link;
  }

  /** What it does not know it leaves out: an instance may be newer than the page. */
  received(event: StreamEvent): void {
    batch(() => {
      if (event.type === 'snapshot') this.#begin(event);
      else if (event.type === 'report') this.#report(event.report);
      else if (event.type === 'gone') this.#gone(event.gone);
      else if (event.type === 'sessions') this.#sessions.value = event.list;
      else if (event.type === 'tasks') this.#tasks.value = event.list;
      else if (event.type === 'redis') this.#redis.value = event.memory;
    });
  }

  /** The name of an instance for people. */
  nameOf(id: string): string {
    return this.#instances.value.get(id)?.report.instance.name ?? id.slice(0, 8);
  }

  #begin({ instances, calls, refusals, gaps, sessions, tasks, redis }: Snapshot): void {
    // From here on the clock of the page counts.
    const seenAt = this.now();
    this.#instances.value = new Map(instances.map((one) => [one.report.instance.id, { ...one, seenAt }]));
    // After an interruption the tape goes on with what was missed.
    const known = new Set(this.#calls.peek().map(keyOf));
    this.#record(calls.filter((call) => !known.has(keyOf(call))));
    this.#refusals.value = refusals.slice(-MAX_RECORDS);
    this.#gaps.value = gaps.slice(-MAX_RECORDS);
    this.#sessions.value = sessions;
    this.#tasks.value = tasks;
    this.#redis.value = redis;
  }

  #report(report: InstanceReport): void {
    const { id } = report.instance;
    const now = this.now();
    this.latencies.add(now, id, report.latencies);
    this.#instances.value = new Map(this.#remaining(now)).set(id, { report, seenAt: now });
    const load = [...(this.#loads.peek().get(id) ?? []), report.figures.cpu].slice(-MAX_POINTS);
    this.#loads.value = new Map(this.#loads.peek()).set(id, load);
    this.#record(report.calls);
    this.#leftOut.value += report.callsLeftOut;
    if (report.refusals.length > 0) this.#refusals.value = latest(this.#refusals.peek(), report.refusals);
    if (report.gaps.length > 0) this.#gaps.value = latest(this.#gaps.peek(), report.gaps);
    this.#version.value += 1;
  }

  #gone(gone: GoneInstance): void {
    const view = this.#instances.peek().get(gone.instance);
    if (!view) return;
    this.#instances.value = new Map(this.#instances.peek()).set(gone.instance, { ...view, seenAt: this.now(), gone });
  }

  #remaining(now: number): (readonly [string, InstanceView])[] {
    return [...this.#instances.peek()].filter(([, { gone, seenAt }]) => !gone || now - seenAt < FORGET_MS);
  }

  #record(calls: readonly CallRecord[]): void {
    if (calls.length === 0) return;
    this.#calls.value = [...this.#calls.peek(), ...calls].sort(byTime).slice(-MAX_CALLS);
  }
}

const keyOf = ({ instance, id }: CallRecord): string => `${instance} ${id}`;
const byTime = (a: CallRecord, b: CallRecord): number => a.startedAt - b.startedAt;
const latest = <T>(old: readonly T[], more: readonly T[]): readonly T[] => [...old, ...more].slice(-MAX_RECORDS);
