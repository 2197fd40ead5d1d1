import { CancelledError } from '../exchange/exchange.js';

/** Unwinds a method whose round has ended. It makes no difference if the method catches it: the response is decided. */
export class RoundOver extends CancelledError {
  constructor() {
    super('this round has ended to ask the client; the method is run again with the answers');
  }
}

export const ROUND_OVER = Symbol('round over');

/** One run of a method, which ends as soon as the method only waits for the client. */
export class Round {
  readonly #waiting: ((over: RoundOver) => void)[] = [];
  #running = 0;
  #needsInput = false;
  #over = false;
  #ending: NodeJS.Immediate | undefined;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  /** @returns the value of the method, or `ROUND_OVER` when it asked a question that has no answer yet */
  async run(method: () => Promise<unknown>): Promise<unknown> {
    try {
      return await new Promise<unknown>((resolve, reject) => {
        this.#end = () => resolve(ROUND_OVER);
        this.#fail = reject;
        method().then(resolve, reject);
      });
    } finally {
      this.#over = true;
      clearImmediate(this.#ending);
      // The method never continues. Rejecting lets its `finally` blocks run, so that it releases what it holds.
      for (const reject of this.#waiting.splice(0)) reject(new RoundOver());
    }
  }

  /** Runs work during which the round must not end, because its outcome belongs in the state. */
  async during<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#over) throw new RoundOver();
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#endSoon();
    }
  }

  /** Ends the round soon: questions asked concurrently (`Promise.all`) are sent together. Call it within `during`. */
  requestInput(): void {
    this.#needsInput = true;
  }

  /** Waits until the round ends; for a question without an answer. */
  untilOver(): Promise<never> {
    return new Promise((_, reject) => {
      if (this.#over) reject(new RoundOver());
      else this.#waiting.push(reject);
    });
  }

  /** Ends the round with an error that the method can neither catch nor turn into an answer. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  #endSoon(): void {
    if (!this.#needsInput || this.#running > 0 || this.#over) return;
    this.#ending ??= setImmediate(() => {
      this.#ending = undefined;
      if (this.#running === 0) this.#end();
    });
  }
}
