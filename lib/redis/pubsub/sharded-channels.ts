import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import { retryDelayMs } from '../connection/connection-settings.js';
import type { ClusterMap } from '../connection/redis-cluster.js';
import { redisErrorKind } from '../connection/redis-error-kind.js';
import { ShardLine } from './shard-line.js';

export interface ShardedChannelsOptions {
  readonly map: ClusterMap;
  readonly waitMs: number;
  /** Time between two checks of the connections, ms. */
  readonly checkMs: number;
  message(channel: string, text: string): void;
  /** Channels that were lost are subscribed again, and messages may have been missed meanwhile. */
  interrupted(): void;
}

/** Where a channel is subscribed. */
interface Place {
  readonly line: ShardLine;
  readonly epoch: number;
}

/** Replies that another attempt a moment later may not get. */
const TEMPORARY = new Set(['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN', 'LOADING', 'MASTERDOWN']);
const RETRY_MS = 50;
/** Channels that are subscribed on one connection at once. */
const BATCH = 256;

/**
 * The sharded channels of this instance, each subscribed at the master of its slot, where its keys are. When a master is
 * lost, or a slot moves, they are subscribed again at the node that serves them then.
 */
export class ShardedChannels {
  readonly #options: ShardedChannelsOptions;
  readonly #lines = new Map<string, ShardLine>();
  /** `undefined` for a channel that is being subscribed for the first time. */
  readonly #places = new Map<string, Place | undefined>();
  readonly #checks: NodeJS.Timeout;
  #restoring = false;
  #restoreAgain = false;
  #closed = false;

  constructor(options: ShardedChannelsOptions) {
    this.#options = options;
    this.#checks = setInterval(() => {
      for (const line of this.#lines.values()) line.check();
    }, options.checkMs).unref();
  }

  /** Whether every channel is subscribed, as far as is known. */
  get areUp(): boolean {
    return !this.#restoring;
  }

  /**
   * @throws {BackendUnavailableError} when the channel could not be subscribed in time
   * @throws the error of a Redis that knows no sharded channels, or does not allow them
   */
  async subscribe(channel: string): Promise<void> {
    const deadline = performance.now() + this.#options.waitMs;
    this.#places.set(channel, undefined);
    try {
      while (!(await this.#tryPlace(channel))) {
        if (performance.now() > deadline) throw new BackendUnavailableError('No node of the cluster serves a channel.');
        await pause(RETRY_MS);
        await this.#options.map.refresh();
      }
    } catch (error) {
      this.#places.delete(channel);
      throw error;
    }
  }

  async unsubscribe(channel: string): Promise<void> {
    const place = this.#places.get(channel);
    this.#places.delete(channel);
    if (place && !isLost(place)) await place.line.unsubscribe(channel);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#checks);
    for (const line of this.#lines.values()) line.close();
  }

  /** @returns false if another attempt may succeed */
  async #tryPlace(channel: string): Promise<boolean> {
    const line = this.#lineOf(channel);
    if (!line) return false;
    await line.connected();
    return this.#place(channel, line);
  }

  /** @param line connected */
  async #place(channel: string, line: ShardLine): Promise<boolean> {
    const { epoch } = line;
    try {
      await line.subscribe(channel);
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError' && !TEMPORARY.has(redisErrorKind(error))) throw error;
      return false;
    }
    // It may have been lost or given up in the meantime.
    if (line.epoch !== epoch) return false;
    if (this.#places.has(channel)) this.#places.set(channel, { line, epoch });
    // The connection reports its errors.
    else await line.unsubscribe(channel).catch(() => undefined);
    return true;
  }

  #lineOf(channel: string): ShardLine | undefined {
    const { map, waitMs, message } = this.#options;
    const master = map.masterOf(channel);
    if (!master || this.#closed) return undefined;
    let line = this.#lines.get(master.address);
    if (!line) {
      line = new ShardLine(map.connect(master), { waitMs, message, lost: () => this.#restore() });
      this.#lines.set(master.address, line);
    }
    return line;
  }

  /** Subscribes what was lost again, however long that takes. */
  #restore(): void {
    if (this.#closed) return;
    this.#restoreAgain = true;
    if (!this.#restoring) void this.#restoreAll();
  }

  async #restoreAll(): Promise<void> {
    this.#restoring = true;
    for (let attempt = 1; this.#restoreAgain && !this.#closed; attempt++) {
      this.#restoreAgain = false;
      await this.#options.map.refresh();
      if ((await this.#restoreOnce()) > 0) this.#options.interrupted();
      if (this.#lost().length === 0) continue;
      this.#restoreAgain = true;
      await pause(retryDelayMs(attempt), undefined, { ref: false });
    }
    this.#closeUnused();
    this.#restoring = false;
  }

  /** @returns how many channels were subscribed again */
  async #restoreOnce(): Promise<number> {
    const byLine = new Map<ShardLine, string[]>();
    for (const channel of this.#lost()) {
      const line = this.#lineOf(channel);
      const others = line && byLine.get(line);
      if (others) others.push(channel);
      else if (line) byLine.set(line, [channel]);
    }
    let restored = 0;
    const restore = async (line: ShardLine, channels: readonly string[]): Promise<void> => {
      await line.connected();
      for (let i = 0; i < channels.length; i += BATCH) {
        const batch = channels.slice(i, i + BATCH).map((channel) => this.#place(channel, line));
        const placed = await Promise.all(batch);
        restored += placed.filter(Boolean).length;
      }
    };
    // The connections report their errors, and what was not subscribed is still lost.
    await Promise.all([...byLine].map(([line, channels]) => restore(line, channels).catch(() => undefined)));
    return restored;
  }

  #lost(): string[] {
    return [...this.#places].filter(([, place]) => place && isLost(place)).map(([channel]) => channel);
  }

  /** Connections to nodes that have gone would retry for ever. */
  #closeUnused(): void {
    const used = new Set([...this.#places.values()].map((place) => place?.line));
    // A channel that is being subscribed waits for one of them.
    if (used.has(undefined)) return;
    for (const [address, line] of this.#lines) {
      if (used.has(line)) continue;
      this.#lines.delete(address);
      line.close();
    }
  }
}

const isLost = ({ line, epoch }: Place): boolean => line.epoch !== epoch;
