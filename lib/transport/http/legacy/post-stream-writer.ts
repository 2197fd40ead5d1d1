import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { RequestId } from '../../../protocol/messages.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { BackendFullError } from '../../../session/backend-unavailable.js';
import { StorageLimitError } from '../../../session/storage-limit.js';
import { newStreamName } from '../../../stream/event-id.js';
import { StreamLimitError } from '../../../stream/event-log.js';
import type { LegacyServices } from '../../legacy-services.js';
import { NO_RESPONSE } from './stream-events.js';
import { messageEvent } from '../sse/sse-event.js';
import { sseFrame } from '../sse/sse-frame.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
/** How long to retry a response that the log refuses, ms: about as long as a backend is unavailable (F4). */
const GIVE_UP_MS = 120_000;
/** How long notifications are dropped after a log without room refused one, ms: the response must not wait for each. */
const FULL_MS = 5000;

/**
 * Writes the messages of one POST's stream into the event log, from which every connection reads them. If the log
 * refuses a message, the open connection gets it directly: a request always ends (P6), even though its stream cannot be
 * resumed.
 */
export class PostStreamWriter {
  readonly name = newStreamName();
  #outstanding: readonly RequestId[];
  #assigned = false;
  #appended: Promise<void>;
  #fullUntil = 0;

  /** @param outstanding the requests whose responses are sent on this stream */
  constructor(
    private readonly session: SessionRecord,
    private readonly services: LegacyServices,
    private readonly response: ServerResponse,
    outstanding: readonly RequestId[],
  ) {
    this.#outstanding = outstanding;
    this.#appended = this.#assign().catch(services.report);
  }

  /** Appends one message at a time, so that the log keeps their order. */
  append(data: string): void {
    this.#appended = this.#appended.then(() => this.#appendOne(data));
  }

  /**
   * Appends the response to one request of the POST.
   *
   * @param text `undefined` for a cancelled request, which gets no response
   * @param outstanding the requests that are left
   * @returns a promise that resolves when the response is in the log, or never will be
   */
  respond(text: string | undefined, outstanding: readonly RequestId[]): Promise<void> {
    this.#appended = this.#appended.then(() => this.#respond(text, outstanding));
    return this.#appended;
  }

  /**
   * Claims the stream and releases it at once: the connection that held it, on whatever instance, ends with a `retry:`,
   * as if the client had reconnected elsewhere (G-30).
   */
  closeConnection(): void {
    const { log, report } = this.services;
    this.#appended = this.#appended
      .then(() => log.claim(this.session, this.name))
      .then((fence) => (fence === undefined ? undefined : log.release(this.session, this.name, fence)))
      .catch(report);
  }

  async #assign(): Promise<void> {
    await this.services.log.assignRequests(this.session, this.name, this.#outstanding);
    this.#assigned = true;
  }

  async #appendOne(data: string): Promise<void> {
    if (performance.now() < this.#fullUntil) return;
    try {
      if (!this.#assigned) await this.#assign();
      await this.#log(data, false);
    } catch (error) {
      this.services.report(error);
      if (error instanceof BackendFullError) this.#fullUntil = performance.now() + FULL_MS;
      if (hasNoRoom(error) && this.#isOpen()) this.response.write(sseFrame(messageEvent(data)));
    }
  }

  async #respond(text: string | undefined, outstanding: readonly RequestId[]): Promise<void> {
    if (outstanding.length === 0) return this.#appendFinal(text ?? NO_RESPONSE);
    if (text !== undefined) await this.#appendOne(text);
    // Completed requests are removed, so that an instance that takes over responds to nothing twice.
    this.#outstanding = outstanding;
    await this.#assign().catch(this.services.report);
  }

  /** Tries until the log accepts it: the client may reconnect for it on any instance. */
  async #appendFinal(data: string): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LAST_RETRY_MS)) {
      try {
        return await this.#log(data, true);
      } catch (error) {
        if (delayMs === FIRST_RETRY_MS) this.services.report(error);
        this.#endDirectly(data);
        if (performance.now() > giveUpAt) return;
      }
      await delay(delayMs, undefined, { ref: false });
    }
  }

  #endDirectly(data: string): void {
    if (this.#isOpen()) this.response.end(data === NO_RESPONSE ? undefined : sseFrame(messageEvent(data)));
  }

  #isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  async #log(data: string, final: boolean): Promise<void> {
    await this.services.log.append(this.session, this.name, data, { final });
  }
}

/** Whether there is no room for the stream, so that its messages can only be written to its open connection. */
const hasNoRoom = (error: unknown): boolean => error instanceof StreamLimitError || error instanceof StorageLimitError;
