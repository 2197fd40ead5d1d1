/** The result of a `ctx.step()`; without `value`, the result was `undefined`. */
export interface StepResult {
  readonly value?: unknown;
}

/**
 * Returns a value as it will be after it was stored as JSON. The round that produced it gets it in this form, too:
 * otherwise a `Date` would become a string only in the second round, and nobody would notice that during development.
 *
 * @param source where the value comes from, for the error message
 * @throws {TypeError} for a value that cannot be JSON
 */
export function asStored(source: string, value: unknown): StepResult {
  try {
    return JSON.parse(JSON.stringify({ value })) as StepResult;
  } catch (cause) {
    throw new TypeError(`The value of ${source} cannot be stored, because it is not JSON.`, { cause });
  }
}

export const stepResult = (key: string, value: unknown): StepResult => asStored(`ctx.step('${key}')`, value);
