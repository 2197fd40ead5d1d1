import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { RequestId } from '../../../protocol/messages.js';
import type { SessionRecord } from '../../../session/session-record.js';
import { newStreamName } from '../../../stream/event-id.js';
import { StreamLimitError } from '../../../stream/event-log.js';
import type { LegacyServices } from '../../legacy-services.js';
import { NO_ANSWER } from './stream-frames.js';
import { messageFrame } from '../sse/sse-frame.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
/** How long an answer that the log refuses is offered to it again; about as long as a backend is away (F4). */
const GIVE_UP_MS = 120_000;

/**
 * What is said on the stream of one POST goes into the event log, and is read from there. Where the log refuses, the
 * connection that is open gets it directly: a request always ends (P6), even if its stream cannot be resumed then.
 */
export class PostStreamWriter {
  readonly name = newStreamName();
  #outstanding: readonly RequestId[];
  #assigned = false;
  #appended: Promise<void>;

  /** @param owed the requests that are answered on it */
  constructor(
    private readonly session: SessionRecord,
    private readonly services: LegacyServices,
    private readonly response: ServerResponse,
    owed: readonly RequestId[],
  ) {
    this.#outstanding = owed;
    this.#appended = this.#assign().catch(services.report);
  }

  /** One at a time, so that the log has the order in which things were said. */
  append(data: string): void {
    this.#appended = this.#appended.then(() => this.#appendOne(data));
  }

  /**
   * @param text `undefined` for a cancelled request, which gets no answer
   * @param owed what is left to answer
   * @returns when the log has it, or never will
   */
  answer(text: string | undefined, owed: readonly RequestId[]): Promise<void> {
    this.#appended = this.#appended.then(() => this.#answer(text, owed));
    return this.#appended;
  }

  /**
   * Claims the stream for nobody: whoever holds it, here or on another instance, lets go with a `retry:` as if the client
   * had come back elsewhere (G-30).
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
    try {
      if (!this.#assigned) await this.#assign();
      await this.#log(data, false);
    } catch (error) {
      this.services.report(error);
      if (error instanceof StreamLimitError && this.#isOpen()) this.response.write(messageFrame(data));
    }
  }

  async #answer(text: string | undefined, owed: readonly RequestId[]): Promise<void> {
    if (owed.length === 0) return this.#appendFinal(text ?? NO_ANSWER);
    if (text !== undefined) await this.#appendOne(text);
    // Paid debts are struck off, so that whoever stands in for this instance answers nothing twice.
    this.#outstanding = owed;
    await this.#assign().catch(this.services.report);
  }

  /** Offered again until the log takes it: somebody may come back for it, on any instance. */
  async #appendFinal(data: string): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_MS;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        return await this.#log(data, true);
      } catch (error) {
        if (wait === FIRST_RETRY_MS) this.services.report(error);
        this.#endDirectly(data);
        if (performance.now() > giveUpAt) return;
      }
      await delay(wait, undefined, { ref: false });
    }
  }

  #endDirectly(data: string): void {
    if (this.#isOpen()) this.response.end(data === NO_ANSWER ? undefined : messageFrame(data));
  }

  #isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  async #log(data: string, final: boolean): Promise<void> {
    await this.services.log.append(this.session, this.name, data, { final });
  }
}
