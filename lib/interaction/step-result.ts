/** The result of a `ctx.step()`; without a value it was `undefined`. */
export interface StepResult {
  readonly value?: unknown;
}

/**
 * The result as the state will bring it back. The round that made it gets it in this form too: a `Date` that is a text
 * from the second round on would be found by nobody before a client is slow.
 *
 * @param source where it comes from
 * @throws {TypeError} for what is no JSON
 */
export function asStored(source: string, value: unknown): StepResult {
  try {
    return JSON.parse(JSON.stringify({ value })) as StepResult;
  } catch (cause) {
    throw new TypeError(`The value of ${source} is no JSON, so it cannot be kept.`, { cause });
  }
}

export const stepResult = (key: string, value: unknown): StepResult => asStored(`ctx.step('${key}')`, value);
