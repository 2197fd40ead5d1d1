import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A value that a method emits to report progress. It is sent as `notifications/progress` and never becomes the result.
 *
 * @publicApi
 */
export class Progress {
  static {
    knownAcrossCopies(this, 'Progress');
  }

  constructor(
    readonly progress: number,
    readonly total?: number,
    readonly message?: string,
  ) {}
}

/**
 * Reports progress from a method that returns an Observable or an AsyncIterable.
 *
 * @param done the amount of work done; a report that does not increase it is dropped
 * @param total the total amount in the same unit, if known
 * @param message a message for people
 * @example
 * ```ts
 * async *resize({ files }: ResizeArgs) {
 *   for (const [i, file] of files.entries()) {
 *     await this.images.resize(file);
 *     yield progress(i + 1, files.length, file);
 *   }
 *   yield `${files.length} images resized`;
 * }
 * ```
 * @publicApi
 */
export const progress = (done: number, total?: number, message?: string): Progress =>
  new Progress(done, total, message);
