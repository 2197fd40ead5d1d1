/** A key used more often than this in one run of a method means a loop, which always gets the same answer. */
const MAX_USES = 100;

/** Assigns keys to the questions of one run of a method: the explicit key, or else a number by order. */
export class QuestionKeys {
  readonly #uses = new Map<string, number>();
  #order = 0;

  /** All keys, in the order in which they were first used. */
  get all(): readonly string[] {
    return [...this.#uses.keys()];
  }

  /** Must be called synchronously when a question is asked: the time to create it must not change the order. */
  next(explicitKey: string | undefined): string {
    const key = explicitKey ?? `#${++this.#order}`;
    const uses = (this.#uses.get(key) ?? 0) + 1;
    this.#uses.set(key, uses);
    if (uses > MAX_USES) {
      throw new Error(
        `The question "${key}" was asked more than ${MAX_USES} times in one run. A key has one answer; use a different key for each question.`,
      );
    }
    return key;
  }
}
