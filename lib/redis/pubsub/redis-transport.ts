import { ServerRedis } from '@nestjs/microservices';
import type { Redis } from 'ioredis';

/** What the transport needs from its owner. */
export interface TransportOwner {
  connect(purpose: 'publish' | 'subscribe'): Redis;
  /** Called when the subscriber is connected, for the first time or again. */
  ready(): void;
  /** Called for a message on a channel without a handler. */
  unexpectedMessage(channel: string): void;
  report(error: unknown): void;
}

/** A packet of Nest's transport, with the only member that events need. */
interface Packet {
  readonly data?: unknown;
}

/**
 * Nest's Redis transport, changed for long-lived use (§5.8): its owner creates the connections, which retry forever; if
 * Redis is unreachable at startup, the transport binds once it is reachable; and a message reaches its handler with one
 * lookup in a map.
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

  /** Nest calls this twice, for the subscriber first. Nest 12 awaits the client, and Nest 11 does not. */
  override createRedisClient(): ReturnType<ServerRedis['createRedisClient']> {
    const client: unknown = this.#owner.connect(this.subClient === undefined ? 'subscribe' : 'publish');
    return client as ReturnType<ServerRedis['createRedisClient']>;
  }

  /** Does not wait for the connections: the application also starts without Redis, and the clients keep retrying. */
  override start(callback?: () => void): void {
    for (const client of [this.subscriber, this.publisher]) client.connect().catch(() => undefined);
    callback?.();
  }

  /** Runs only once, because each call would add another listener. The broker subscribes the channels. */
  override bindEvents(subscriber: Redis, publisher: Redis): void {
    if (this.#bound) return;
    this.#bound = true;
    const onMessage = this.getMessageHandler(publisher) as unknown as (channel: string, text: string) => unknown;
    subscriber.on('message', onMessage.bind(this));
  }

  override registerReadyListener(client: Redis): void {
    client.on('ready', () => {
      this._status$.next('connected' as never);
      if (client !== this.subscriber) return;
      this.bindEvents(this.subscriber, this.publisher);
      this.#owner.ready();
    });
  }

  /** The connections have their own error listeners, which report without secrets and not at every retry. */
  override registerErrorListener(): void {}

  override registerEndListener(): void {}

  /** Nest's version parses the name of the channel as JSON, which throws and catches an error for each message. */
  override getHandlerByPattern(pattern: string) {
    return this.messageHandlers.get(pattern) ?? null;
  }

  /** Handles events only; requests on one of our channels get no response. */
  override async handleMessage(channel: string, text: string): Promise<void> {
    const handler = this.getHandlerByPattern(channel);
    if (!handler) return this.#owner.unexpectedMessage(channel);
    const packet = parse(text);
    // Other programs may publish objects with a ClientProxy, but listeners expect text.
    if (packet?.data !== undefined) {
      await handler(typeof packet.data === 'string' ? packet.data : JSON.stringify(packet.data));
    }
  }

  override handleError(error: unknown): void {
    this.#owner.report(error);
  }

  /** Does not use QUIT, which would wait for an unreachable Redis. */
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

/** Creates the transport and its two connections. */
export async function startTransport(owner: TransportOwner): Promise<RedisTransport> {
  const transport = new RedisTransport(owner);
  await new Promise<void>((resolve, reject) => {
    const listening: unknown = transport.listen((error) => (error ? reject(error as Error) : resolve()));
    // Nest 12 returns a promise, and Nest 11 nothing.
    Promise.resolve(listening).catch(reject);
  });
  return transport;
}
