import type { JsonObject } from '../protocol/messages.js';
import { InputRequired } from './input-required.js';
import type { Interaction, Outcome, Question } from './interaction.js';
import type { ModernInteraction } from './modern-interaction.js';

const NO_RESPONSES: Readonly<JsonObject> = Object.freeze({});

/**
 * The first round of a modern call: nothing has been asked yet, and nearly every call never asks. What it takes to ask is
 * made when the method asks for the first time, so a plain call pays for none of it.
 */
export class FirstRound implements Interaction {
  readonly responses = NO_RESPONSES;
  readonly state = undefined;
  #rounds: ModernInteraction | undefined;
  #work: Promise<unknown> | undefined;
  #end!: (outcome: Outcome | Promise<Outcome>) => void;

  constructor(private readonly open: () => ModernInteraction) {}

  ask(key: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    return this.#startAsking().ask(key, createQuestion);
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    return this.#startAsking().step(key, run);
  }

  run(method: () => Promise<unknown>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#work = method();
      this.#work.then((value) => {
        if (this.#rounds) return;
        resolve(value instanceof InputRequired ? this.open().run(async () => value) : { value });
      }, reject);
    });
  }

  /** From here on the round decides how the call ends: with what the method returns, or with a question. */
  #startAsking(): ModernInteraction {
    if (this.#rounds) return this.#rounds;
    this.#rounds = this.open();
    const outcome = this.#rounds.run(async () => {
      // The method may ask before it has returned its promise.
      await Promise.resolve();
      return this.#work;
    });
    // A method that asks after its end changes nothing, and nobody waits for what comes of it.
    outcome.catch(() => {});
    this.#end(outcome);
    return this.#rounds;
  }
}
