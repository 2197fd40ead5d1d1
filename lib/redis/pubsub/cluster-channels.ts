import type { Redis } from 'ioredis';
import { redisErrorKind } from '../connection/redis-error-kind.js';
import type { ChannelConnection } from './redis-channels.js';
import type { ShardedChannels } from './sharded-channels.js';

export interface ClusterChannelsOptions {
  readonly sharded: ShardedChannels;
  /** A connection to any node, on which the other channels are subscribed. */
  readonly subscriber: Redis;
  readonly publisher: Redis;
  /** Called once if the cluster refuses sharded channels: what was sharded has to be subscribed again. */
  refused(reason: string): void;
}

/**
 * The channels of a cluster. One with a hash tag belongs to keys: it is sharded, so that its messages reach the node of
 * these keys only. All others are for every instance, and the cluster copies their messages to all nodes. Before Redis
 * 7, and where the user or a proxy allows nothing else, all channels are such.
 */
export class ClusterChannels implements ChannelConnection {
  #refused = false;

  constructor(private readonly options: ClusterChannelsOptions) {}

  get areUp(): boolean {
    return this.options.sharded.areUp;
  }

  /** Whether the cluster refuses sharded channels. */
  get isRefused(): boolean {
    return this.#refused;
  }

  isSharded(channel: string): boolean {
    return !this.#refused && channel.includes('{');
  }

  async subscribe(channel: string): Promise<void> {
    const { sharded, subscriber } = this.options;
    if (this.isSharded(channel)) {
      try {
        return await sharded.subscribe(channel);
      } catch (error) {
        this.#onRefusal(error);
      }
    }
    await subscriber.subscribe(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    const { sharded, subscriber } = this.options;
    if (this.isSharded(channel)) await sharded.unsubscribe(channel);
    else await subscriber.unsubscribe(channel);
  }

  async publish(channel: string, packet: string): Promise<unknown> {
    const { publisher } = this.options;
    if (this.isSharded(channel)) {
      try {
        return await publisher.spublish(channel, packet);
      } catch (error) {
        this.#onRefusal(error);
      }
    }
    return publisher.publish(channel, packet);
  }

  close(): void {
    this.options.sharded.close();
  }

  /** @throws the error, unless it is a refusal of sharded channels */
  #onRefusal(error: unknown): void {
    const isRefusal =
      error instanceof Error && error.name === 'ReplyError' && /^(ERR unknown|NOPERM)/.test(error.message);
    if (!isRefusal) throw error;
    if (this.#refused) return;
    this.#refused = true;
    this.options.refused(redisErrorKind(error));
  }
}
