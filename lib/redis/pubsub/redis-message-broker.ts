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
import { LoopbackProbe } from './loopback-probe.js';
import { loadOptionalPackage } from '../connection/load-optional-package.js';
import { ReadyGate } from '../connection/ready-gate.js';
import { RedisChannel } from './redis-channel.js';
import { retryDelayMs } from '../connection/connection-settings.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import type { RedisTransport } from './redis-transport.js';

export interface RedisMessageBrokerOptions {
  readonly connections: RedisConnections;
  readonly keys: RedisKeys;
  readonly reporter: ThrottledReporter;
  /** Told of a listener that threw. */
  readonly onError: (error: unknown) => void;
  /** How long a subscriber waits for Redis, ms. */
  readonly waitMs: number;
  /** Time between two probes (5000); silence is found within two of them. */
  readonly probeMs?: number;
}

/** Channels of one command: a hundred thousand in one would hold up everybody else's (F13). */
const SUBSCRIBE_BATCH = 512;

/** The broker of a fleet, on Nest's Redis transport. */
export class RedisMessageBroker extends MessageBroker {
  readonly #options: RedisMessageBrokerOptions;
  readonly #transport: RedisTransport;
  readonly #gate: ReadyGate;
  readonly #probe: LoopbackProbe;
  readonly #ownChannel: string;
  readonly #channels = new Map<string, RedisChannel>();
  readonly #interruptionListeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #subscribed = false;
  /** Counts connections, so that a late acknowledgement is not taken for one of the next. */
  #connection = 0;
  #everSubscribed = false;
  /** Connections in a row that could not settle. */
  #failedAttempts = 0;
  #closed = false;
  #unexpected = 0;

  /** @throws when the packages it stands on are not installed */
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
    this.#gate = new ReadyGate(transport.publisher, options.waitMs);
    this.#ownChannel = options.keys.wire(`${options.keys.instance(randomBytes(9).toString('base64url'))}:probe`);
    transport.addHandler(this.#ownChannel, async (mark: string) => this.#probe.received(mark), true);
    transport.subscriber.on('close', () => {
      this.#subscribed = false;
      this.#connection++;
    });
    this.#probe = new LoopbackProbe({
      intervalMs: options.probeMs ?? 5000,
      canPublish: () => this.#gate.open,
      publish: (mark) => this.#publish(this.#ownChannel, mark),
      onSilence: () => this.#reconnect('The Redis subscription has gone silent'),
    });
  }

  /** Subscribed, acknowledged, and what it says to itself it hears. */
  override get status(): BrokerStatus {
    return this.#subscribed && this.#probe.healthy ? 'up' : 'down';
  }

  /** What is held right now; all zero once everybody has let go. */
  get sizes(): { channels: number; listeners: number; strays: number } {
    const listeners = [...this.#channels.values()].reduce((sum, { holds }) => sum + holds.length, 0);
    return { channels: this.#channels.size, listeners, strays: this.#unexpected };
  }

  override publish(channel: string, message: string): Promise<void> {
    return this.#publish(this.#options.keys.wire(channel), message);
  }

  override async subscribe(channel: string, listener: MessageListener): Promise<BrokerSubscription> {
    await this.#whenSubscribed();
    const name = this.#options.keys.wire(channel);
    const entry = this.#channel(name);
    let hold;
    try {
      hold = await entry.hold(listener);
    } catch (error) {
      if (entry.holds.length === 0) this.#forget(name, entry);
      throw new BackendUnavailableError(`Redis did not acknowledge a subscription (${redisErrorKind(error)}).`);
    }
    return {
      close: async () => {
        if (!hold.open) return;
        entry.drop(hold);
        // What cannot be unsubscribed now is gone with its connection, or strays and is unsubscribed then.
        if (await entry.leave().catch(() => entry.holds.length === 0)) this.#forget(name, entry);
      },
    };
  }

  override onInterruption(listener: () => void): () => void {
    this.#interruptionListeners.add(listener);
    return () => void this.#interruptionListeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#subscribed = false;
    this.#probe.close();
    this.#gate.close();
    for (const wake of this.#waiting) wake();
    await this.#transport.close();
  }

  /**
   * @internal The subscriber is connected. Only when every channel is acknowledged again is catching up worth anything.
   * ioredis would subscribe by itself, but nobody could see it fail: its rejection is unhandled and ends the process.
   */
  async resubscribe(): Promise<void> {
    const connection = this.#connection;
    try {
      const names = [this.#ownChannel, ...this.#channels.keys()];
      for (let i = 0; i < names.length; i += SUBSCRIBE_BATCH) {
        await this.#transport.subscriber.subscribe(...names.slice(i, i + SUBSCRIBE_BATCH));
      }
    } catch (error) {
      if (connection === this.#connection) this.#reconnectLater('A Redis subscriber could not settle', error);
      return;
    }
    // Of a connection that is gone already; the next one settles by itself.
    if (connection !== this.#connection || this.#closed) return;
    this.#probe.reset();
    this.#subscribed = true;
    this.#failedAttempts = 0;
    for (const wake of this.#waiting) wake();
    if (this.#everSubscribed) for (const listener of this.#interruptionListeners) this.#call(listener);
    this.#everSubscribed = true;
  }

  /** @internal Late messages of a channel that was left are normal; a channel that is still subscribed is left again. */
  unexpectedMessage(channel: string): void {
    this.#unexpected++;
    if (this.#channels.has(channel) || this.#closed) return;
    this.#transport.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  #channel(name: string): RedisChannel {
    const existing = this.#channels.get(name);
    if (existing) return existing;
    const entry = new RedisChannel(
      () => this.#transport.subscriber.subscribe(name),
      () => this.#transport.subscriber.unsubscribe(name),
    );
    this.#channels.set(name, entry);
    this.#transport.addHandler(name, async (message: string) => this.#deliver(entry, message), true);
    return entry;
  }

  #forget(name: string, entry: RedisChannel): void {
    if (this.#channels.get(name) !== entry) return;
    this.#channels.delete(name);
    this.#transport.getHandlers().delete(name);
  }

  #deliver(entry: RedisChannel, message: string): void {
    for (const { listener, open } of entry.holds) if (open) this.#call(() => listener(message));
  }

  #call(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #publish(channel: string, data: string): Promise<void> {
    if (!this.#gate.open) await this.#gate.wait();
    try {
      await this.#transport.publisher.publish(channel, JSON.stringify({ pattern: channel, data }));
    } catch (error) {
      throw new BackendUnavailableError(`Redis did not take a message (${redisErrorKind(error)}).`);
    }
  }

  /** What Redis refuses, it refuses on the next connection as well; ioredis would make that one at once. */
  #reconnectLater(why: string, error: unknown): void {
    const connection = this.#connection;
    const step = () => connection === this.#connection && this.#reconnect(why, error);
    setTimeout(step, retryDelayMs(++this.#failedAttempts)).unref();
  }

  #reconnect(why: string, error: unknown = new Error(why)): void {
    if (this.#closed) return;
    this.#options.reporter.warn(`${why} (${redisErrorKind(error)})`);
    this.#subscribed = false;
    this.#transport.subscriber.disconnect(true);
  }

  #whenSubscribed(): Promise<void> {
    if (this.#subscribed) return Promise.resolve();
    if (this.#closed) return Promise.reject(new BackendUnavailableError('The server is shutting down.'));
    return new Promise((resolve, reject) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        if (this.#subscribed) resolve();
        else reject(new BackendUnavailableError('Redis takes no subscriptions just now.'));
      };
      const timer = setTimeout(wake, this.#options.waitMs).unref();
      this.#waiting.add(wake);
    });
  }
}
