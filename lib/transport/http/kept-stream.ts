import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionRecord } from '../../session/session-record.js';
import { newStreamName } from '../../stream/event-id.js';
import { StreamLimitError } from '../../stream/event-log.js';
import type { LegacyServices } from '../legacy-services.js';
import { NO_ANSWER } from './session-frames.js';
import { messageFrame } from './sse-frame.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
/** How long an answer that the log refuses is offered to it again; about as long as a backend is away (F4). */
const GIVE_UP_MS = 120_000;

/**
 * What is said on the stream of one request goes into the event log, and is read from there. Where the log refuses, the
 * connection that is open gets it directly: a request always ends (P6), even if its stream cannot be resumed then.
 */
export class KeptStream {
  readonly name = newStreamName();
  #appended: Promise<void> = Promise.resolve();

  constructor(
    private readonly session: SessionRecord,
    private readonly services: LegacyServices,
    private readonly response: ServerResponse,
  ) {}

  /** One at a time, so that the log has the order in which things were said. */
  append(data: string, final: boolean): void {
    this.#appended = this.#appended.then(() => (final ? this.#appendFinal(data) : this.#appendOne(data)));
  }

  /**
   * Claims the stream for nobody: whoever holds it, here or on another instance, lets go with a `retry:` as if the client
   * had come back elsewhere (G-30).
   */
  letGo(): void {
    const { log, report } = this.services;
    this.#appended = this.#appended
      .then(() => log.claim(this.session, this.name))
      .then((fence) => (fence === undefined ? undefined : log.release(this.session, this.name, fence)))
      .catch(report);
  }

  async #appendOne(data: string): Promise<void> {
    try {
      await this.#log(data, false);
    } catch (error) {
      this.services.report(error);
      if (error instanceof StreamLimitError && this.#isOpen()) this.response.write(messageFrame(data));
    }
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
