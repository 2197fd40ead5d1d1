import { randomBytes } from 'node:crypto';
import {
  type BrokerStatus,
  type BrokerSubscription,
  MessageBroker,
  type MessageListener,
} from '../../broker/message-broker.js';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import type { ThrottledReporter } from '../../report/throttled-reporter.js';
import { redisErrorKind } from '../connection/redis-error-kind.js';
import type { RedisKeys } from '../keys.js';
import { ClusterChannels } from './cluster-channels.js';
import { LoopbackProbe } from './loopback-probe.js';
import { loadOptionalPackage } from '../connection/load-optional-package.js';
import { ReadyGate } from '../connection/ready-gate.js';
import { RedisChannels } from './redis-channels.js';
import { retryDelayMs } from '../connection/connection-settings.js';
import type { ClusterMap } from '../connection/redis-cluster.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { RedisTransport } from './redis-transport.js';
import { ShardedChannels } from './sharded-channels.js';
import { SubscriberGate } from './subscriber-gate.js';

export interface RedisMessageBrokerOptions {
  readonly connections: RedisConnections;
  readonly keys: RedisKeys;
  readonly reporter: ThrottledReporter;
  /** Receives what a listener has thrown. */
  readonly onError: (error: unknown) => void;
  /** How long a subscriber waits for Redis, ms. */
  readonly waitMs: number;
  /** Time between two probes, ms (5000). A silent subscription is detected within two of them. */
  readonly probeMs?: number;
}

const PROBE_MS = 5000;

/** Maximum number of channels in one command: a hundred thousand would delay the commands of everybody else (F13). */
const SUBSCRIBE_BATCH = 512;

/** The message broker of a fleet, built on Nest's Redis transport. */
export class RedisMessageBroker extends MessageBroker {
  readonly #options: RedisMessageBrokerOptions;
  readonly #transport: RedisTransport;
  readonly #publisher: ReadyGate;
  readonly #subscriber: SubscriberGate;
  readonly #probe: LoopbackProbe;
  readonly #probeChannel: string;
  readonly #channels: RedisChannels;
  /** On a cluster. */
  readonly #cluster: ClusterChannels | undefined;
  readonly #interruptionListeners = new Set<() => void>();
  readonly #hopListeners = new Set<(milliseconds: number) => void>();
  /** Numbers the connections, so that a late acknowledgement is not mistaken for one of the next connection. */
  #connection = 0;
  #everSubscribed = false;
  /** Consecutive connections on which subscribing failed. */
  #failedAttempts = 0;
  #closed = false;
  #unexpectedMessages = 0;

  /** @throws {Error} when a package it needs is not installed */
  static async start(options: RedisMessageBrokerOptions): Promise<RedisMessageBroker> {
    const { startTransport } = await loadOptionalPackage('@nestjs/microservices', () => import('./redis-transport.js'));
    let broker: RedisMessageBroker | undefined;
    const transport = await startTransport({
      connect: (purpose) => options.connections.create(purpose),
      ready: () => void broker?.resubscribe(),
      unexpectedMessage: (channel) => broker?.unexpectedMessage(channel),
      report: options.onError,
    });
    broker = new RedisMessageBroker(options, transport);
    if (transport.subscriber.status === 'ready') void broker.resubscribe();
    return broker;
  }

  private constructor(options: RedisMessageBrokerOptions, transport: RedisTransport) {
    super();
    this.#options = options;
    this.#transport = transport;
    this.#publisher = new ReadyGate(transport.publisher, options.waitMs);
    this.#subscriber = new SubscriberGate(options.waitMs);
    this.#cluster = this.#clusterChannels(options.connections.map);
    this.#channels = new RedisChannels(transport, this.#cluster ?? transport.subscriber, options.onError);
    this.#probeChannel = options.keys.wire(`${options.keys.instance(randomBytes(9).toString('base64url'))}:probe`);
    transport.addHandler(this.#probeChannel, async (mark: string) => this.#probe.received(mark), true);
    transport.subscriber.on('close', () => {
      this.#subscriber.shut();
      this.#connection++;
    });
    this.#probe = new LoopbackProbe({
      intervalMs: options.probeMs ?? PROBE_MS,
      canPublish: () => this.#publisher.open,
      publish: (mark) => this.#publish(this.#probeChannel, mark),
      onSilence: () => this.#reconnect('The Redis subscription has gone silent'),
      onRoundTrip: (milliseconds) => {
        for (const listener of this.#hopListeners) listener(milliseconds);
      },
    });
  }

  /** `up` while all channels are subscribed and this instance receives the messages it sends to itself. */
  override get status(): BrokerStatus {
    return this.#subscriber.isOpen && this.#probe.healthy && (this.#cluster?.areUp ?? true) ? 'up' : 'down';
  }

  /** Whether the nodes of a cluster copy messages to each other, as they do without sharded channels. */
  get copiesMessages(): boolean {
    return this.#cluster?.isRefused ?? false;
  }

  /** What this instance currently holds; channels and listeners are zero once all subscriptions are closed. */
  get sizes(): { channels: number; listeners: number; unexpectedMessages: number } {
    return { ...this.#channels.sizes, unexpectedMessages: this.#unexpectedMessages };
  }

  override publish(channel: string, message: string): Promise<void> {
    return this.#publish(this.#options.keys.wire(channel), message);
  }

  override async subscribe(channelName: string, listener: MessageListener): Promise<BrokerSubscription> {
    await this.#subscriber.wait();
    const name = this.#options.keys.wire(channelName);
    const channel = this.#channels.open(name);
    let added;
    try {
      added = await channel.add(listener);
    } catch (error) {
      if (channel.listeners.length === 0) this.#channels.remove(name, channel);
      throw new BackendUnavailableError(`Redis did not acknowledge a subscription (${redisErrorKind(error)}).`);
    }
    return {
      close: async () => {
        if (!added.open) return;
        channel.remove(added);
        // A failed unsubscribe does no harm: either the connection is gone, and the subscription with it, or the next
        // message on this channel is unexpected and unsubscribes it.
        const unused = await channel.unsubscribeIfUnused().catch(() => channel.listeners.length === 0);
        if (unused) this.#channels.remove(name, channel);
      },
    };
  }

  override onInterruption(listener: () => void): () => void {
    this.#interruptionListeners.add(listener);
    return () => void this.#interruptionListeners.delete(listener);
  }

  override onHop(listener: (milliseconds: number) => void): () => void {
    this.#hopListeners.add(listener);
    return () => void this.#hopListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#probe.close();
    this.#publisher.close();
    this.#subscriber.close();
    this.#cluster?.close();
    await this.#transport.close();
  }

  /**
   * Subscribes to all channels again on a new connection. Listeners may catch up only after Redis has acknowledged
   * every channel, or they could miss messages once more. ioredis could resubscribe by itself, but nobody could handle
   * its failure: the rejection is unhandled and ends the process.
   *
   * @internal
   */
  async resubscribe(): Promise<void> {
    const connection = this.#connection;
    try {
      const names = [this.#probeChannel, ...this.#channels.names.filter((name) => !this.#cluster?.isSharded(name))];
      for (let i = 0; i < names.length; i += SUBSCRIBE_BATCH) {
        await this.#transport.subscriber.subscribe(...names.slice(i, i + SUBSCRIBE_BATCH));
      }
    } catch (error) {
      if (connection === this.#connection) this.#reconnectLater('The Redis subscriber could not resubscribe', error);
      return;
    }
    // The connection was lost in the meantime; the next one resubscribes by itself.
    if (connection !== this.#connection || this.#closed) return;
    this.#probe.reset();
    this.#failedAttempts = 0;
    this.#subscriber.open();
    if (this.#everSubscribed) this.#notifyInterruptionListeners();
    this.#everSubscribed = true;
  }

  /**
   * Unsubscribes a channel that has no listeners. Late messages of a channel that was just unsubscribed are normal.
   *
   * @internal
   */
  unexpectedMessage(channel: string): void {
    this.#unexpectedMessages++;
    if (this.#channels.has(channel) || this.#closed) return;
    this.#transport.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  #clusterChannels(map: ClusterMap | undefined): ClusterChannels | undefined {
    if (!map) return undefined;
    const { waitMs, probeMs, reporter } = this.#options;
    const { subscriber, publisher } = this.#transport;
    const sharded = new ShardedChannels({
      ...{ map, waitMs, checkMs: probeMs ?? PROBE_MS },
      message: (channel, text) => void this.#transport.handleMessage(channel, text),
      interrupted: () => this.#notifyInterruptionListeners(),
    });
    const refused = (reason: string): void => {
      reporter.warn(`The Redis cluster refuses sharded channels (${reason}); it copies each message to all nodes`);
      if (this.#subscriber.isOpen) void this.resubscribe();
    };
    return new ClusterChannels({ sharded, subscriber, publisher, refused });
  }

  #notifyInterruptionListeners(): void {
    for (const listener of this.#interruptionListeners) {
      try {
        listener();
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  async #publish(channel: string, data: string): Promise<void> {
    if (!this.#publisher.open) await this.#publisher.wait();
    try {
      const publisher = this.#cluster ?? this.#transport.publisher;
      await publisher.publish(channel, JSON.stringify({ pattern: channel, data }));
    } catch (error) {
      throw new BackendUnavailableError(`Redis did not accept a message (${redisErrorKind(error)}).`);
    }
  }

  /** Waits before it reconnects: Redis refuses the next connection for the same reason, and ioredis does not wait. */
  #reconnectLater(reason: string, error: unknown): void {
    const connection = this.#connection;
    const reconnect = () => connection === this.#connection && this.#reconnect(reason, error);
    setTimeout(reconnect, retryDelayMs(++this.#failedAttempts)).unref();
  }

  #reconnect(reason: string, error: unknown = new Error(reason)): void {
    if (this.#closed) return;
    this.#options.reporter.warn(`${reason} (${redisErrorKind(error)})`);
    this.#subscriber.shut();
    this.#transport.subscriber.disconnect(true);
  }
}
