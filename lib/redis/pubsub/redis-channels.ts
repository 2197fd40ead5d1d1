import { RedisChannel } from './redis-channel.js';
import type { RedisTransport } from './redis-transport.js';

/** Where channels are subscribed. */
export interface ChannelConnection {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** The channels of this instance by name. Each has a handler in the transport, which delivers to its listeners. */
export class RedisChannels {
  readonly #channels = new Map<string, RedisChannel>();

  constructor(
    private readonly transport: RedisTransport,
    private readonly connection: ChannelConnection,
    private readonly onError: (error: unknown) => void,
  ) {}

  get names(): readonly string[] {
    return [...this.#channels.keys()];
  }

  get sizes(): { channels: number; listeners: number } {
    const listeners = [...this.#channels.values()].reduce((sum, channel) => sum + channel.listeners.length, 0);
    return { channels: this.#channels.size, listeners };
  }

  has(name: string): boolean {
    return this.#channels.has(name);
  }

  /** Returns the channel of that name, and creates it if necessary. */
  open(name: string): RedisChannel {
    const existing = this.#channels.get(name);
    if (existing) return existing;
    const channel = new RedisChannel(
      () => this.connection.subscribe(name),
      () => this.connection.unsubscribe(name),
    );
    this.#channels.set(name, channel);
    this.transport.addHandler(name, async (message: string) => this.#deliver(channel, message), true);
    return channel;
  }

  /** Removes a channel that has no listeners. Does nothing if another channel has its name by now. */
  remove(name: string, channel: RedisChannel): void {
    if (this.#channels.get(name) !== channel) return;
    this.#channels.delete(name);
    this.transport.getHandlers().delete(name);
  }

  #deliver(channel: RedisChannel, message: string): void {
    for (const { listener, open } of channel.listeners) {
      if (!open) continue;
      try {
        listener(message);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
