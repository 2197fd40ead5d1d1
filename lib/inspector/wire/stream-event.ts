import type { CallRecord } from './call.js';
import type { GapRecord } from './gap.js';
import type { GoneInstance, InstanceReport, InstanceView } from './instance.js';
import type { RedisMemory } from './redis-memory.js';
import type { RefusalRecord } from './refusal.js';
import type { SessionList } from './session.js';
import type { TaskList } from './task.js';

/**
 * What `GET <path>/api/stream` sends, each as the JSON of one SSE event without a name (`onmessage`) and without an id.
 * The first event of every connection is a `snapshot`, also after a reconnect; everything else changes what it said. A
 * page skips types that it does not know.
 */
export type StreamEvent =
  | Snapshot
  /** Replaces the instance's earlier figures and lists, and adds to the tape, the latencies, the refusals and the gaps. */
  | { readonly type: 'report'; readonly report: InstanceReport }
  | { readonly type: 'gone'; readonly gone: GoneInstance }
  /** Replaces the list before. */
  | { readonly type: 'sessions'; readonly list: SessionList }
  /** Replaces the list before. */
  | { readonly type: 'tasks'; readonly list: TaskList }
  /** Replaces the figures before. */
  | { readonly type: 'redis'; readonly memory: RedisMemory };

/** Everything that the instance knows which the page is connected to. */
export interface Snapshot {
  readonly type: 'snapshot';
  /** By the clock of that instance, ms since the epoch. */
  readonly at: number;
  /** The id of that instance. */
  readonly instance: string;
  /** Empty for the first page, for about a second, until the first reports have arrived. */
  readonly instances: readonly InstanceView[];
  /** The latest calls, refusals and gaps, oldest first; empty if nobody has watched before. */
  readonly calls: readonly CallRecord[];
  readonly refusals: readonly RefusalRecord[];
  readonly gaps: readonly GapRecord[];
  /** `null` until they were read. */
  readonly sessions: SessionList | null;
  /** `null` until they were read. */
  readonly tasks: TaskList | null;
  /** `null` until it was sampled, and without Redis. */
  readonly redis: RedisMemory | null;
}
