import { randomBytes } from 'node:crypto';
import type { RequestId } from '../../protocol/messages.js';
import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';
import { SIGNAL_PAYLOAD_LIMIT } from '../../stream/stream-signal.js';
import {
  type AppendOptions,
  type AppendOutcome,
  EventLog,
  isAllSessions,
  STREAM_START,
  StreamLimitError,
  type StreamPage,
} from '../../stream/event-log.js';
import { commandOwner } from '../command-owner.js';
import { StoredStreams } from '../stored/stored-streams.js';
import { AppendQueue, type Item } from './append-queue.js';
import type { RedisKeys } from '../keys.js';
import type { StoredLedger } from '../stored/stored-ledger.js';
import { readEntry, readFinal, type RawEntry } from './log-entries.js';
import type { RedisCommands } from '../connection/redis-commands.js';
import type { InstanceHeartbeat } from './instance-heartbeat.js';
import { Semaphore } from './semaphore.js';

export interface RedisEventLogOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  /** The heartbeat of this instance. */
  readonly heartbeat: InstanceHeartbeat;
  /** The account of what is stored (none). */
  readonly stored?: StoredLedger;
  /** The number of entries kept per stream, at least. */
  readonly maxHistory: number;
  /** The number of bytes kept per stream. */
  readonly maxHistoryBytes: number;
  readonly historyTtlMs: number;
  readonly resultTtlMs: number;
  /** Maximum number of streams per session, not counting the standalone stream (256). */
  readonly maxStreams?: number;
  /**
   * How long an append is retried while Redis is unreachable, ms (10 000). Then it rejects and the caller decides, for
   * example to send the message directly to its client.
   */
  readonly appendPatienceMs?: number;
}

interface Target {
  readonly key: SessionKey;
  readonly stream: string;
}

/** How long the broadcast log is known after the last instance has read it, ms: longer than a fleet is down. */
const BROADCASTS_TTL_MS = 86_400_000;

/** Maximum number of concurrent reads: after an interruption all streams of an instance catch up at once (F13). */
const MAX_READS = 64;

const UNKNOWN: StreamPage = { entries: [], last: STREAM_START, known: false, fence: 0, ended: false };

type RawPage = ['ended' | 'unknown'] | ['ok', last: string, fence: string, final: string, ...entries: RawEntry[]];

type AppendReply = [...[kind: 'gone' | 'limit' | 'stale' | 'ok', listening: string, amount: string], ...ids: string[]];

/** The event log of a fleet. Each method is one script, which Redis executes atomically. */
export class RedisEventLog extends EventLog {
  readonly #commands: RedisCommands;
  readonly #keys: RedisKeys;
  readonly #heartbeat: InstanceHeartbeat;
  readonly #limits: Required<Omit<RedisEventLogOptions, 'commands' | 'keys' | 'heartbeat' | 'stored'>>;
  /** Identifies this producer, so that the append script recognizes its repeated calls. */
  readonly #producer = randomBytes(9).toString('base64url');
  readonly #stored: StoredStreams | undefined;
  readonly #queue: AppendQueue<Target, AppendOutcome>;
  readonly #reads = new Semaphore(MAX_READS);
  #broadcastsKeptAt = -Infinity;

  constructor({ commands, keys, heartbeat, stored, ...limits }: RedisEventLogOptions) {
    super();
    this.#heartbeat = heartbeat;
    this.#commands = commands;
    this.#keys = keys;
    this.#limits = { maxStreams: 256, appendPatienceMs: 10_000, ...limits };
    this.#stored = stored && new StoredStreams(stored, this.#limits);
    const send = (target: Target, items: readonly Item[], counter: number) => this.#append(target, items, counter);
    this.#queue = new AppendQueue({ send, patienceMs: this.#limits.appendPatienceMs });
  }

  override channel(key: SessionKey): string {
    return this.#keys.signals(key);
  }

  override append(key: SessionKey, stream: string, data: string, options?: AppendOptions): Promise<AppendOutcome> {
    return this.#queue.append(
      `${stream} ${sessionKeyText(key)}`,
      { key, stream },
      { data, final: options?.final ?? false },
    );
  }

  override async read(key: SessionKey, stream: string, cursor: string, count: number): Promise<StreamPage> {
    const args = [...this.#streamArgs(key, stream), cursor, count, this.#limits.resultTtlMs];
    const reply = await this.#reads.run(() => this.#of(key).run<RawPage>('read', [this.#keys.session(key)], args));
    if (isAllSessions(key) && (reply[0] === 'ended' || this.#broadcastsNeedKeeping())) await this.#keepBroadcasts(key);
    if (reply[0] !== 'ok') return { ...UNKNOWN, ended: reply[0] === 'ended' && !isAllSessions(key) };
    const [, last, fence, final, ...raw] = reply;
    const entries = raw.map(readEntry).filter((entry) => entry !== undefined);
    // A whole page is of another version: the entries after it must not be mistaken for lost (F18).
    if (entries.length === 0 && raw.length === count) return this.read(key, stream, raw.at(-1)![0], count);
    const newest = entries.at(-1);
    return {
      entries,
      last,
      final: newest?.final ? newest : readFinal(final),
      known: true,
      fence: Number(fence),
      ended: false,
    };
  }

  override async claim(key: SessionKey, stream: string): Promise<number | undefined> {
    const { resultTtlMs, maxStreams } = this.#limits;
    const args = [...this.#streamArgs(key, stream), this.#signalChannel(key), resultTtlMs, maxStreams];
    const commands = this.#of(key);
    const claimed = commands.run<number | 'gone' | 'limit'>('claim', [this.#keys.session(key)], args);
    // The client knows its stream already (F4). If it resumes it elsewhere at once, the stream must be known there.
    commands.flush();
    const fence = await claimed;
    if (fence === 'limit') throw new StreamLimitError(maxStreams);
    return fence === 'gone' ? undefined : fence;
  }

  override async release(key: SessionKey, stream: string, fence: number, delivered = false): Promise<void> {
    const args = [...this.#streamArgs(key, stream), fence, this.#limits.resultTtlMs, delivered ? '1' : '0'];
    const released = await this.#of(key).run<0 | 1 | 2>('release', [this.#keys.session(key)], args);
    if (released === 2) this.#stored?.delivered(key, stream);
  }

  override async assignRequests(key: SessionKey, stream: string, requests: readonly RequestId[]): Promise<void> {
    this.#stored?.requireRoom(key);
    // The heartbeat must come first: otherwise the requests would look orphaned right after they were assigned.
    await this.#heartbeat.start();
    const { resultTtlMs, maxStreams } = this.#limits;
    const assignment = [this.#heartbeat.id, JSON.stringify(requests)];
    const args = [...this.#streamArgs(key, stream), ...assignment, resultTtlMs, maxStreams];
    const outcome = await this.#of(key).run<string>('assignRequests', [this.#keys.session(key)], args);
    if (outcome === 'limit') throw new StreamLimitError(maxStreams);
  }

  override async orphanedRequests(key: SessionKey, stream: string): Promise<readonly RequestId[]> {
    const assignment = await this.#of(key).send<string | null>('hget', this.#keys.session(key), `w:${stream}`);
    if (assignment === null) return [];
    const [instance] = assignment.split(' ', 1) as [string];
    return (await this.#heartbeat.isAlive(instance))
      ? []
      : (JSON.parse(assignment.slice(instance.length + 1)) as RequestId[]);
  }

  /** Stops retrying appends that have not succeeded. */
  close(): void {
    this.#queue.close();
  }

  async #append(target: Target, items: readonly Item[], counter: number): Promise<AppendOutcome[]> {
    const { key, stream } = target;
    const { maxStreams } = this.#limits;
    // What is for everybody counts for nobody's share.
    const stored = isAllSessions(key) ? undefined : this.#stored;
    const maxHistoryBytes = stored?.maxHistoryBytes(key, items) ?? this.#limits.maxHistoryBytes;
    let reply = await this.#runAppend(target, items, counter, maxHistoryBytes);
    if (reply[0] === 'gone' && isAllSessions(key)) {
      await this.#keepBroadcasts(key);
      reply = await this.#runAppend(target, items, counter, maxHistoryBytes);
    }
    const [kind, listening, amount, ...ids] = reply;
    if (kind === 'gone') return items.map(() => ({ kind }));
    if (kind === 'limit') throw new StreamLimitError(maxStreams);
    if (kind === 'stale') throw new Error('An append was overtaken by a later one of the same stream.');
    if (stored && amount !== '') {
      const kept = items.filter((_, i) => ids[i] !== '');
      stored.appended(key, stream, kept, amount);
    }
    return ids.map((id) => (id === '' ? { kind: 'done' } : { kind: 'appended', id, listening: listening === '1' }));
  }

  #runAppend({ key, stream }: Target, items: readonly Item[], counter: number, maxHistoryBytes: number) {
    const { maxHistory, historyTtlMs, resultTtlMs, maxStreams } = this.#limits;
    return this.#of(key).run<AppendReply>(
      'append',
      [this.#keys.session(key)],
      [
        ...[...this.#streamArgs(key, stream), this.#signalChannel(key), this.#producer, counter],
        ...[maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs, maxStreams, SIGNAL_PAYLOAD_LIMIT],
        ...items.flatMap(({ data, final }) => [data, final ? '1' : '0']),
      ],
    );
  }

  /** Not with each read: after a deploy, all clients that missed something read it. */
  #broadcastsNeedKeeping(): boolean {
    return performance.now() - this.#broadcastsKeptAt > BROADCASTS_TTL_MS / 24;
  }

  /** The scripts want a record of a session; nobody creates or ends one for the broadcast log. */
  async #keepBroadcasts(key: SessionKey): Promise<void> {
    const name = this.#keys.session(key);
    await this.#of(key).send('hsetnx', name, 'r', '{}');
    await this.#of(key).send('pexpire', name, BROADCASTS_TTL_MS);
    this.#broadcastsKeptAt = performance.now();
  }

  #of(key: SessionKey): RedisCommands {
    return this.#commands.for(commandOwner(key));
  }

  /** The first arguments of every stream script. */
  #streamArgs(key: SessionKey, stream: string): [logs: string, results: string, stream: string] {
    return [this.#keys.logs(key), this.#keys.results(key), stream];
  }

  #signalChannel(key: SessionKey): string {
    return this.#keys.wire(this.#keys.signals(key));
  }
}
