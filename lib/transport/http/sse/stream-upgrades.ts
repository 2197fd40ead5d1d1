import { type Link, LinkedList } from '../../../limits/linked-list.js';

/** A response whose result is not there yet. */
export interface PendingResponse {
  /** Turns the response into a stream, so that proxies see bytes while the method runs. */
  becomeStream(): void;
}

/** How often the responses are looked at in the time after which one becomes a stream. */
const LOOKS = 4;

interface Waiting {
  readonly response: PendingResponse;
  readonly dueAt: number;
}

/**
 * Turns slow responses into streams. Keep-alive comments then keep proxies from closing the silent connection, and a
 * legacy client gets a cursor to reconnect with. All responses share one timer: a timer for each would slow down the
 * fast ones.
 */
export class StreamUpgrades {
  readonly #pending = new LinkedList<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  /** Counts the looks of the timer. It is read for every request, and a clock would cost more. */
  #looks = 0;

  /** @param afterMs age at which a response becomes a stream, ms; it may be a quarter late */
  constructor(private readonly afterMs: number) {}

  /** @returns what `remove()` takes */
  add(response: PendingResponse): Link<Waiting> {
    this.#timer ??= setInterval(() => this.#look(), Math.max(10, this.afterMs / LOOKS)).unref();
    // One look more, because the next one may be near.
    return this.#pending.add({ response, dueAt: this.#looks + LOOKS + 1 });
  }

  remove(added: Link<Waiting>): void {
    this.#pending.remove(added);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#looks++;
    // The oldest are in front.
    for (let link = this.#pending.first; link && link.value.dueAt <= this.#looks; link = this.#pending.first) {
      this.#pending.remove(link);
      link.value.response.becomeStream();
    }
    if (this.#pending.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
