import type { JsonObject } from '../protocol/messages.js';
import { InputRequired } from './input-required.js';
import type { Interaction, Outcome, Question } from './interaction.js';
import type { ModernInteraction } from './modern-interaction.js';

const NO_RESPONSES: Readonly<JsonObject> = Object.freeze({});

/**
 * The first round of a modern call. Most calls never ask for input, so what is needed to ask is created only when the
 * method asks for the first time, and other calls do not pay for it.
 */
export class FirstRound implements Interaction {
  readonly responses = NO_RESPONSES;
  readonly state = undefined;
  #asking: ModernInteraction | undefined;
  #work: unknown;
  /** How the call ends once it has asked. */
  #asked: Promise<Outcome> | undefined;
  #end: ((outcome: Promise<Outcome>) => void) | undefined;

  constructor(private readonly open: () => ModernInteraction) {}

  ask(key: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    return this.#startAsking().ask(key, createQuestion);
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    return this.#startAsking().step(key, run);
  }

  run(method: () => unknown): Outcome | Promise<Outcome> {
    const work = (this.#work = method());
    if (this.#asked) return this.#asked;
    if (!(work instanceof Promise)) return this.#outcomeOf(work);
    return new Promise((resolve, reject) => {
      this.#end = resolve;
      work.then((value) => {
        if (!this.#asking) resolve(this.#outcomeOf(value));
      }, reject);
    });
  }

  #outcomeOf(value: unknown): Outcome | Promise<Outcome> {
    return value instanceof InputRequired ? this.open().run(async () => value) : { value };
  }

  /** From here on the round decides how the call ends: with the value of the method or with a question. */
  #startAsking(): ModernInteraction {
    if (this.#asking) return this.#asking;
    this.#asking = this.open();
    const outcome = this.#asking.run(async () => {
      // The method may ask before it has returned its promise.
      await Promise.resolve();
      return this.#work;
    });
    // A method that asks after it has ended changes nothing, and nobody awaits that outcome.
    outcome.catch(() => {});
    this.#asked = outcome;
    this.#end?.(outcome);
    return this.#asking;
  }
}
