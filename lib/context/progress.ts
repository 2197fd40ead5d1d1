/** A value that a method emits to report progress; it becomes `notifications/progress` and is never the result. */
export class Progress {
  constructor(
    readonly progress: number,
    readonly total?: number,
    readonly message?: string,
  ) {}
}

/**
 * Reports progress from a method that returns an Observable or an AsyncIterable.
 *
 * @param done how much is done; must increase from one report to the next, others are dropped
 * @param total how much there is, in the same unit, if known
 * @param message what is going on, for people
 */
export const progress = (done: number, total?: number, message?: string): Progress =>
  new Progress(done, total, message);
