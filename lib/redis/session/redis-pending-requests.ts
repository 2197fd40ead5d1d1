import { randomBytes } from 'node:crypto';
import type { BrokerSubscription, MessageBroker } from '../../broker/message-broker.js';
import { InputRefusedError } from '../../interaction/interaction.js';
import { PendingRequests, type PendingRequest } from '../../interaction/pending-requests.js';
import { SlicedWork } from '../../limits/sliced-work.js';
import type { JsonRpcResponse, RequestId } from '../../protocol/messages.js';
import type { SessionKey } from '../../session/session-record.js';
import { decodeStreamSignals } from '../../stream/stream-signal.js';
import { commandOwner } from '../command-owner.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

export interface RedisPendingRequestsOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly broker: MessageBroker;
  readonly report: (error: unknown) => void;
  /** Time between two polls, ms (5000): when a signal is lost, the response is late by this time, but not lost. */
  readonly checkMs?: number;
}

interface Waiter {
  readonly session: SessionKey;
  readonly key: string;
  readonly complete: (outcome: JsonRpcResponse | InputRefusedError) => void;
  signals?: BrokerSubscription;
}

/** The key of a request outlives the deadline by this time, because a response may arrive at the last moment, ms. */
const KEY_GRACE_MS = 60_000;

/**
 * The outstanding requests to clients of one instance of a fleet. Each is a key in Redis that names the channel of the
 * waiting instance. Whichever instance receives the client's response stores it there and publishes a signal.
 */
export class RedisPendingRequests extends PendingRequests {
  readonly #options: RedisPendingRequestsOptions;
  readonly #channel: string;
  /** The waiters by their key in Redis. */
  readonly #waiters = new Map<string, Waiter>();
  /** Thousands may wait when the connection is lost. */
  readonly #polls = new SlicedWork();
  readonly #removeInterruptionListener: () => void;
  #subscription: Promise<BrokerSubscription> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisPendingRequestsOptions) {
    super();
    this.#options = options;
    this.#channel = options.keys.instance(randomBytes(9).toString('base64url'));
    this.#removeInterruptionListener = options.broker.onInterruption(() => this.#pollAll());
  }

  /** The number of requests that wait on this instance. */
  get size(): number {
    return this.#waiters.size;
  }

  override async expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest> {
    const { commands, keys, broker, report } = this.#options;
    const key = keys.request(session, id);
    await this.#subscribe();
    await commands
      .for(commandOwner(session))
      .run('registerRequest', [key], [keys.wire(this.#channel), timeoutMs + KEY_GRACE_MS]);

    let withdraw!: () => void;
    const response = new Promise<JsonRpcResponse>((resolve, reject) => {
      const deadline = setTimeout(
        () => complete(new InputRefusedError('The client did not answer in time')),
        timeoutMs,
      ).unref();
      const complete = (outcome: JsonRpcResponse | InputRefusedError): void => {
        if (this.#waiters.get(key) !== waiter) return;
        withdraw();
        if (outcome instanceof InputRefusedError) reject(outcome);
        else resolve(outcome);
      };
      const waiter: Waiter = { session, key, complete };
      withdraw = () => {
        clearTimeout(deadline);
        if (this.#waiters.get(key) !== waiter) return;
        this.#waiters.delete(key);
        waiter.signals?.close().catch(report);
        commands.for(commandOwner(session)).send('del', key).catch(report);
        if (this.#waiters.size === 0) this.#stopPolling();
      };
      this.#waiters.set(key, waiter);
      // Only a hint: the next poll would notice the end of the session, too.
      const onSignal = (message: string) => {
        if (decodeStreamSignals(message).some((signal) => signal?.kind === 'ended'))
          complete(new InputRefusedError('The session ended'));
      };
      broker.subscribe(keys.signals(session), onSignal).then((signals) => {
        if (this.#waiters.get(key) === waiter) waiter.signals = signals;
        else signals.close().catch(report);
      }, report);
    });
    // Nothing may await it any more at the deadline; its rejection must not be unhandled.
    response.catch(() => {});
    this.#timer ??= setInterval(() => this.#pollAll(), this.#options.checkMs ?? 5000).unref();
    return { response, withdraw };
  }

  override async answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean> {
    if (response.id === undefined) return false;
    const { commands, keys } = this.#options;
    const key = keys.request(session, response.id);
    return (
      (await commands
        .for(commandOwner(session))
        .run<number>('answerRequest', [key], [JSON.stringify(response), key])) === 1
    );
  }

  close(): void {
    this.#removeInterruptionListener();
    this.#stopPolling();
    for (const { complete } of [...this.#waiters.values()]) {
      complete(new InputRefusedError('The server is shutting down'));
    }
    this.#subscription?.then((subscription) => subscription.close()).catch(this.#options.report);
  }

  #subscribe(): Promise<unknown> {
    this.#subscription ??= this.#options.broker
      .subscribe(this.#channel, (key) => {
        const waiter = this.#waiters.get(key);
        if (waiter) this.#poll(waiter).catch(this.#options.report);
      })
      .catch((error: unknown) => {
        this.#subscription = undefined;
        throw error;
      });
    return this.#subscription;
  }

  #pollAll(): void {
    this.#polls.add(this.#waiters.values(), (waiter) => void this.#poll(waiter).catch(this.#options.report));
  }

  async #poll({ key, session, complete }: Waiter): Promise<void> {
    // Its turn may come after it has left.
    if (!this.#waiters.has(key)) return;
    const { keys } = this.#options;
    const commands = this.#options.commands.for(commandOwner(session));
    const [response, exists] = await Promise.all([
      commands.send<string | null>('hget', key, 'a'),
      commands.send<number>('exists', keys.session(session)),
    ]);
    if (response !== null) complete(JSON.parse(response) as JsonRpcResponse);
    else if (exists === 0) complete(new InputRefusedError('The session ended'));
  }

  #stopPolling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
