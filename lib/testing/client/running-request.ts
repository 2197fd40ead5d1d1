import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../protocol/messages.js';
import type { Answers, McpQuestion } from './answers.js';
import { Notifications, type McpNotification } from './notifications.js';

const FIRST_PAUSE_MS = 10;
/** By then the server is closed, and must not keep the process for its client. */
const LONGEST_PAUSE_MS = 500;

/** What a test does while the client is disconnected. */
export type Meanwhile = () => unknown;

/** One request or stream while it runs: what has arrived for it, and the connection it arrives on. */
export class RunningRequest {
  readonly notifications = new Notifications();
  /** Where it can be resumed. */
  lastEventId: string | undefined;
  #connection = new AbortController();
  #meanwhile: Meanwhile | undefined;
  #connected: ((error?: Error) => void) | undefined;
  #over: Error | undefined;
  #resumable!: () => void;
  readonly #untilResumable = new Promise<void>((resolve) => (this.#resumable = resolve));
  #ended!: () => void;
  /** Resolves when it is over. */
  readonly ended = new Promise<void>((resolve) => (this.#ended = resolve));
  #failed: Error | undefined;
  #reconnects = 0;
  readonly #outcomes: Promise<unknown>[] = [];

  /** @param startsTask whether it asks for a task instead of a result */
  constructor(
    private readonly answers: Answers,
    readonly startsTask = false,
  ) {}

  /** Of the connection that is open, or about to be. */
  get signal(): AbortSignal {
    return this.#connection.signal;
  }

  /** Why it has ended. Default: it has not. */
  get over(): Error | undefined {
    return this.#over;
  }

  /** Why the test cannot go on, although the server does not know. */
  get failed(): Error | undefined {
    return this.#failed;
  }

  /** A promise that rejects when it fails. */
  watch(outcome: Promise<unknown>): void {
    this.#outcomes.push(outcome);
  }

  /** The test knows that it will fail, and need not await it. */
  expectRejection(): void {
    for (const outcome of this.#outcomes) outcome.catch(() => undefined);
  }

  notified(notification: McpNotification): void {
    this.#reconnects = 0;
    this.notifications.add(notification);
  }

  /** @throws {Error} when the test has no answer; the request then fails with the same error */
  async ask(question: McpQuestion): Promise<JsonObject> {
    try {
      return await this.answers.to(question);
    } catch (error) {
      this.#failed ??= error as Error;
      throw error;
    }
  }

  /** An event has arrived that the stream can be resumed from. */
  at(eventId: string): void {
    this.lastEventId = eventId;
    this.#resumable();
  }

  /** Ends it and its connection. */
  end(reason: Error): void {
    if (this.#over) return;
    this.#over = reason;
    this.#connection.abort(reason);
    this.#connected?.(reason);
    this.#ended();
    this.notifications.complete();
  }

  /** Cuts the connection. @returns resolves when the client is connected again */
  async cut(meanwhile: Meanwhile): Promise<void> {
    if (this.#over)
      throw new Error('There is no connection to cut any more: the request has ended.', { cause: this.#over });
    this.#meanwhile = meanwhile;
    const connected = new Promise<void>((resolve, reject) => {
      this.#connected = (error) => (error ? reject(error) : resolve());
    });
    this.#connection.abort(new Error('The test has cut the connection.'));
    await connected;
  }

  /** Resolves once it can be resumed, or is over. */
  async untilResumable(): Promise<void> {
    await Promise.race([this.#untilResumable, this.ended]);
  }

  /**
   * Called when the connection has ended too early: lets the test do what it wants to do meanwhile, and the server
   * breathe. One that is closed ends each stream at once.
   */
  async disconnected(): Promise<void> {
    this.#connection = new AbortController();
    const meanwhile = this.#meanwhile;
    this.#meanwhile = undefined;
    try {
      await meanwhile?.();
    } catch (error) {
      this.end(error as Error);
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#reconnects++, LONGEST_PAUSE_MS);
    await pause(pauseMs, undefined, { ref: pauseMs < LONGEST_PAUSE_MS });
    if (this.#over) throw this.#over;
  }

  /** Called when there is a connection again. */
  reconnected(): void {
    this.#connected?.();
    this.#connected = undefined;
  }
}
