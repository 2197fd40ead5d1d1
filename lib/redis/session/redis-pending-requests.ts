import { randomBytes } from 'node:crypto';
import type { BrokerSubscription, MessageBroker } from '../../broker/message-broker.js';
import { InputRefusedError } from '../../interaction/interaction.js';
import { PendingRequests, type PendingRequest } from '../../interaction/pending-requests.js';
import type { JsonRpcResponse, RequestId } from '../../protocol/messages.js';
import type { SessionKey } from '../../session/session-record.js';
import { decodeStreamSignals } from '../../stream/stream-signal.js';
import type { RedisKeys } from '../keys.js';
import type { RedisCommands } from '../connection/redis-commands.js';

export interface RedisPendingRequestsOptions {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly broker: MessageBroker;
  readonly report: (error: unknown) => void;
  /** Time after which a waiter looks by itself: a lost signal costs this long and not the answer (5000). */
  readonly checkMs?: number;
}

interface Waiter {
  readonly session: SessionKey;
  readonly key: string;
  readonly settle: (outcome: JsonRpcResponse | InputRefusedError) => void;
  signals?: BrokerSubscription;
}

/** An answer may come in at the last moment; its key outlives the waiter's deadline by this, ms. */
const SLACK_MS = 60_000;

/**
 * The requests to clients that wait on one instance of a fleet. Each is a key in Redis that names its waiter's channel;
 * whichever instance gets the client's answer puts it there, and rings.
 */
export class RedisPendingRequests extends PendingRequests {
  readonly #options: RedisPendingRequestsOptions;
  readonly #channel: string;
  /** By key. */
  readonly #waiters = new Map<string, Waiter>();
  readonly #stopListening: () => void;
  #own: Promise<BrokerSubscription> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisPendingRequestsOptions) {
    super();
    this.#options = options;
    this.#channel = options.keys.instance(randomBytes(9).toString('base64url'));
    this.#stopListening = options.broker.onInterruption(() => this.#pollAll());
  }

  /** Requests that wait here right now. */
  get size(): number {
    return this.#waiters.size;
  }

  override async expect(session: SessionKey, id: RequestId, timeoutMs: number): Promise<PendingRequest> {
    const { commands, keys, broker, report } = this.#options;
    const key = keys.request(session, id);
    await this.#listen();
    await commands.run('registerRequest', [key], [keys.wire(this.#channel), timeoutMs + SLACK_MS]);

    let leave!: () => void;
    const response = new Promise<JsonRpcResponse>((resolve, reject) => {
      const deadline = setTimeout(
        () => settle(new InputRefusedError('The client did not answer in time')),
        timeoutMs,
      ).unref();
      const settle = (outcome: JsonRpcResponse | InputRefusedError): void => {
        if (this.#waiters.get(key) !== waiter) return;
        leave();
        if (outcome instanceof InputRefusedError) reject(outcome);
        else resolve(outcome);
      };
      const waiter: Waiter = { session, key, settle };
      leave = () => {
        clearTimeout(deadline);
        if (this.#waiters.get(key) !== waiter) return;
        this.#waiters.delete(key);
        waiter.signals?.close().catch(report);
        commands.send('del', key).catch(report);
        if (this.#waiters.size === 0) this.#stopPolling();
      };
      this.#waiters.set(key, waiter);
      // Only a hint: the look at its own pace finds out, too, that the session is over.
      const heard = (message: string) => {
        if (decodeStreamSignals(message).some((signal) => signal?.kind === 'ended'))
          settle(new InputRefusedError('The session ended'));
      };
      broker.subscribe(keys.signals(session), heard).then((doorbells) => {
        if (this.#waiters.get(key) === waiter) waiter.signals = doorbells;
        else doorbells.close().catch(report);
      }, report);
    });
    // The waiter may be gone by the deadline; its rejection must not be unhandled.
    response.catch(() => {});
    this.#timer ??= setInterval(() => this.#pollAll(), this.#options.checkMs ?? 5000).unref();
    return { response, withdraw: leave };
  }

  override async answer(session: SessionKey, response: JsonRpcResponse): Promise<boolean> {
    if (response.id === undefined) return false;
    const { commands, keys } = this.#options;
    const key = keys.request(session, response.id);
    return (await commands.run<number>('answerRequest', [key], [JSON.stringify(response), key])) === 1;
  }

  close(): void {
    this.#stopListening();
    this.#stopPolling();
    for (const { settle } of [...this.#waiters.values()]) settle(new InputRefusedError('The server is shutting down'));
    this.#own?.then((own) => own.close()).catch(this.#options.report);
  }

  #listen(): Promise<unknown> {
    this.#own ??= this.#options.broker
      .subscribe(this.#channel, (key) => {
        const waiter = this.#waiters.get(key);
        if (waiter) this.#poll(waiter).catch(this.#options.report);
      })
      .catch((error: unknown) => {
        this.#own = undefined;
        throw error;
      });
    return this.#own;
  }

  #pollAll(): void {
    for (const waiter of this.#waiters.values()) this.#poll(waiter).catch(this.#options.report);
  }

  async #poll({ key, session, settle }: Waiter): Promise<void> {
    const { commands, keys } = this.#options;
    const [answer, exists] = await Promise.all([
      commands.send<string | null>('hget', key, 'a'),
      commands.send<number>('exists', keys.session(session)),
    ]);
    if (answer !== null) settle(JSON.parse(answer) as JsonRpcResponse);
    else if (exists === 0) settle(new InputRefusedError('The session ended'));
  }

  #stopPolling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
