import { CancelledError } from '../exchange/exchange.js';

/** Unwinds a method whose round is over. What it does with it makes no difference: the answer is decided. */
export class RoundOver extends CancelledError {
  constructor() {
    super('this round has ended to ask the client; the method is run again with the answers');
  }
}

export const ROUND_OVER = Symbol('round over');

/** One run of a method that ends when all that is left to wait for is the client. */
export class Round {
  readonly #waiting: ((over: RoundOver) => void)[] = [];
  #held = 0;
  #asks = false;
  #over = false;
  #ending: NodeJS.Immediate | undefined;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  /** @returns what the method returned, or `ROUND_OVER` when it asked for something it does not have yet */
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
      // So that `finally` blocks run and nothing is held for ever by a method that nobody goes on with.
      for (const reject of this.#waiting.splice(0)) reject(new RoundOver());
    }
  }

  /** Work in the middle of which the round must not end: its outcome belongs into the state. */
  async during<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#over) throw new RoundOver();
    this.#held++;
    try {
      return await work();
    } finally {
      this.#held--;
      this.#endSoon();
    }
  }

  /** Ends the round, though not at once: what is asked side by side (`Promise.all`) goes out together. Call it in `hold`. */
  requestInput(): void {
    this.#asks = true;
  }

  /** Where a question without an answer waits. */
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
    if (!this.#asks || this.#held > 0 || this.#over) return;
    this.#ending ??= setImmediate(() => {
      this.#ending = undefined;
      if (this.#held === 0) this.#end();
    });
  }
}
