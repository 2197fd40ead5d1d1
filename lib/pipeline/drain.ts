import { from, isObservable, Observable, tap } from 'rxjs';
import { CancelledError } from '../exchange/exchange.js';
import { McpContext } from '../context/mcp-context.js';
import { Progress } from '../context/progress.js';

type Iteration = AsyncIterable<unknown> | Generator<unknown>;

/** True for async iterables and for generators. Arrays and other plain iterables are values. */
const isIteration = (value: unknown): value is Iteration =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value));

/** Turns an iteration that a method returned into an Observable, since interceptors know only those. */
export const emissionsOf = (result: unknown): unknown => (isIteration(result) ? fromIterable(result) : result);

/**
 * Reports progress where it is emitted, before interceptors run: most of them map every value, and would turn progress
 * into something that is not reported.
 */
export const reportingProgress = (result: unknown, ctx: McpContext): unknown =>
  isObservable(result) ? from(result).pipe(tap((value) => reportProgress(value, ctx))) : result;

/** Resolves with the last value of an Observable that is not progress. Cancelling the request unsubscribes. */
export function drain(result: unknown, ctx: McpContext): unknown {
  if (!isObservable(result)) return result;
  return new Promise((resolve, reject) => {
    let last: unknown;
    const subscription = result.subscribe({
      next: (value) => {
        if (!reportProgress(value, ctx)) last = value;
      },
      error: reject,
      complete: () => resolve(last),
    });
    subscription.add(
      McpContext.exchangeOf(ctx).onCancel((reason) => {
        subscription.unsubscribe();
        reject(new CancelledError(reason));
      }),
    );
  });
}

/**
 * @returns whether the value was progress. Progress that is reported twice is sent once, because it does not increase.
 */
function reportProgress(value: unknown, ctx: McpContext): boolean {
  if (!(value instanceof Progress)) return false;
  ctx.progress(value.progress, value.total, value.message);
  return true;
}

/**
 * Emits the values of an iteration, and its return value as the last one. Unsubscribing returns the iterator, so that
 * the `finally` block of a generator runs.
 */
function fromIterable(source: Iteration): Observable<unknown> {
  return new Observable((subscriber) => {
    const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source;
    let ended = false;
    const pull = async (): Promise<void> => {
      while (!subscriber.closed) {
        const { done, value } = await iterator.next();
        if (!done) {
          subscriber.next(value);
          continue;
        }
        ended = true;
        if (value !== undefined) subscriber.next(value);
        subscriber.complete();
      }
    };
    pull().catch((error: unknown) => {
      ended = true;
      subscriber.error(error);
    });
    // A generator that is blocked in an await returns only when that settles, so nothing waits for it.
    const returnIterator = async (): Promise<unknown> => iterator.return?.(undefined);
    return () => {
      if (!ended) returnIterator().catch(() => {});
    };
  });
}
