import type { CallRecord } from '../wire/call.js';
import type { GapRecord } from '../wire/gap.js';
import type { GoneInstance, InstanceReport, InstanceView } from '../wire/instance.js';
import type { RedisMemory } from '../wire/redis-memory.js';
import type { RefusalRecord } from '../wire/refusal.js';
import type { SessionList } from '../wire/session.js';
import type { Snapshot, StreamEvent } from '../wire/stream-event.js';
import type { TaskList } from '../wire/task.js';

/** Instances that are remembered; more would be those of a program that is not ours. */
const MAX_INSTANCES = 256;
/** Of calls, refusals and gaps, for pages that begin to watch later. */
const MAX_RECENT = 200;
/** How long an instance that has gone is remembered, ms. */
const FORGET_MS = 60_000;

/** What is known of the fleet while somebody watches it. It ends with the last page. */
export class FleetView {
  readonly #instances = new Map<string, InstanceView>();
  readonly #calls: CallRecord[] = [];
  readonly #refusals: RefusalRecord[] = [];
  readonly #gaps: GapRecord[] = [];
  #sessions: SessionList | null = null;
  #tasks: TaskList | null = null;
  #redis: RedisMemory | null = null;

  /** @param goneAfterMs time without a report after which an instance has gone, ms */
  constructor(
    private readonly instance: string,
    private readonly goneAfterMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes what has changed. @returns false for what is not shown: there are too many instances */
  take(event: StreamEvent): boolean {
    if (event.type === 'report') return this.#report(event.report);
    if (event.type === 'gone') return this.#gone(event.gone);
    if (event.type === 'sessions') this.#sessions = event.list;
    if (event.type === 'tasks') this.#tasks = event.list;
    if (event.type === 'redis') this.#redis = event.memory;
    return true;
  }

  /** Of those that nothing was heard of for some time. Forgets those that have gone long ago. */
  overdue(): GoneInstance[] {
    const now = this.now();
    const overdue: GoneInstance[] = [];
    for (const [id, { seenAt, gone }] of this.#instances) {
      if (gone && now - gone.at > FORGET_MS) this.#instances.delete(id);
      if (!gone && now - seenAt > this.goneAfterMs) overdue.push({ instance: id, at: now, reason: 'lost' });
    }
    return overdue;
  }

  /** Nothing could be heard for a while, so that nobody is overdue yet. */
  excuse(): void {
    const seenAt = this.now();
    for (const [id, view] of this.#instances) if (!view.gone) this.#instances.set(id, { ...view, seenAt });
  }

  snapshot(): Snapshot {
    return {
      type: 'snapshot',
      at: this.now(),
      instance: this.instance,
      instances: [...this.#instances.values()],
      calls: this.#calls,
      refusals: this.#refusals,
      gaps: this.#gaps,
      sessions: this.#sessions,
      tasks: this.#tasks,
      redis: this.#redis,
    };
  }

  #report(report: InstanceReport): boolean {
    const { id } = report.instance;
    if (!this.#instances.has(id) && this.#instances.size >= MAX_INSTANCES) return false;
    const rest = { ...report, calls: [], latencies: [], refusals: [], gaps: [] };
    this.#instances.set(id, { report: rest, seenAt: this.now() });
    keep(this.#calls, report.calls);
    keep(this.#refusals, report.refusals);
    keep(this.#gaps, report.gaps);
    return true;
  }

  #gone(gone: GoneInstance): boolean {
    const view = this.#instances.get(gone.instance);
    if (!view || view.gone) return false;
    this.#instances.set(gone.instance, { ...view, gone });
    return true;
  }
}

function keep<T>(recent: T[], added: readonly T[]): void {
  recent.push(...added.slice(-MAX_RECENT));
  recent.splice(0, recent.length - MAX_RECENT);
}
