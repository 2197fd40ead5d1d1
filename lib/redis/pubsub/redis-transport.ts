import { ServerRedis } from '@nestjs/microservices';
import type { Redis } from 'ioredis';

/** What the transport needs of its owner. */
export interface TransportOwner {
  connect(purpose: 'publish' | 'subscribe'): Redis;
  /** The subscriber is connected, for the first time or again. */
  ready(): void;
  /** Something arrived on a channel without a handler. */
  unexpectedMessage(channel: string): void;
  report(error: unknown): void;
}

/** Packets of Nest's transport have more members; these are the ones an event has. */
interface Packet {
  readonly data?: unknown;
}

/**
 * Nest's Redis transport, made to last: connections come from their owner and retry for ever, a Redis that is away at
 * boot is bound when it comes, and what arrives goes to its handler by one look into a map (§5.8).
 */
export class RedisTransport extends ServerRedis {
  readonly #owner: TransportOwner;
  #bound = false;

  constructor(owner: TransportOwner) {
    super({});
    this.#owner = owner;
  }

  get publisher(): Redis {
    return this.pubClient as Redis;
  }
  get subscriber(): Redis {
    return this.subClient as Redis;
  }

  /** Asked for twice: the subscriber first. */
  override async createRedisClient(): Promise<Redis> {
    return this.#owner.connect(this.subClient === undefined ? 'subscribe' : 'publish');
  }

  /** Does not wait: without a Redis the application starts all the same, and the clients go on trying. */
  override start(callback?: () => void): void {
    for (const client of [this.subscriber, this.publisher]) client.connect().catch(() => undefined);
    callback?.();
  }

  /** Once: each call adds a message listener. Channels are subscribed by the broker, run-time ones and all of them again. */
  override bindEvents(subscriber: Redis, publisher: Redis): void {
    if (this.#bound) return;
    this.#bound = true;
    const heard = this.getMessageHandler(publisher) as unknown as (channel: string, text: string) => unknown;
    subscriber.on('message', heard.bind(this));
  }

  override registerReadyListener(client: Redis): void {
    client.on('ready', () => {
      this._status$.next('connected' as never);
      if (client !== this.subscriber) return;
      this.bindEvents(this.subscriber, this.publisher);
      this.#owner.ready();
    });
  }

  /** The connections have listeners of their own, which say less and not at every retry. */
  override registerErrorListener(): void {}

  override registerEndListener(): void {}

  /** The stock one takes the channel's name for JSON, which costs a thrown error per message. */
  override getHandlerByPattern(pattern: string) {
    return this.messageHandlers.get(pattern) ?? null;
  }

  /** Only events come here; whatever else has a channel of ours is not answered. */
  override async handleMessage(channel: string, text: string): Promise<void> {
    const handler = this.getHandlerByPattern(channel);
    if (!handler) return this.#owner.unexpectedMessage(channel);
    const packet = parse(text);
    // Other programs may publish objects with a ClientProxy; listeners read text.
    if (packet?.data !== undefined) {
      await handler(typeof packet.data === 'string' ? packet.data : JSON.stringify(packet.data));
    }
  }

  override handleError(error: unknown): void {
    this.#owner.report(error);
  }

  /** Not by QUIT, which waits for a Redis that is away. */
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.publisher, this.subscriber]) client?.disconnect();
  }
}

function parse(text: string): Packet | undefined {
  try {
    const packet: unknown = JSON.parse(text);
    return typeof packet === 'object' && packet !== null ? packet : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the transport and its two connections. */
export async function startTransport(owner: TransportOwner): Promise<RedisTransport> {
  const transport = new RedisTransport(owner);
  await new Promise<void>((resolve, reject) => {
    transport.listen((error) => (error ? reject(error as Error) : resolve())).catch(reject);
  });
  return transport;
}
