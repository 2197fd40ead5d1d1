/** A key asked for this often in one run of a method is a loop that will never see another answer. */
const MAX_USES = 100;

/** Names the questions of one run of a method: by the key they were given, else by their order. */
export class QuestionKeys {
  readonly #uses = new Map<string, number>();
  #order = 0;

  /** In the order in which they were first asked. */
  get all(): readonly string[] {
    return [...this.#uses.keys()];
  }

  /** Call it the moment the question is asked: what happens before it can be sent must not change the order. */
  next(given: string | undefined): string {
    const key = given ?? `#${++this.#order}`;
    const uses = (this.#uses.get(key) ?? 0) + 1;
    this.#uses.set(key, uses);
    if (uses > MAX_USES) {
      throw new Error(
        `The question "${key}" is asked again and again: a key has one answer, use another one for each.`,
      );
    }
    return key;
  }
}
