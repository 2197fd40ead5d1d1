import { from, isObservable, Observable, tap } from 'rxjs';
import { CancelledError } from '../exchange/exchange.js';
import { McpContext } from '../context/mcp-context.js';
import { Progress } from '../context/progress.js';

type Emitting = AsyncIterable<unknown> | Generator<unknown>;

/** A generator that is not async counts too; lists and the like are values. */
const isEmitting = (value: unknown): value is Emitting =>
  typeof value === 'object' &&
  value !== null &&
  (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value));

/** What a method returned, with an iteration as the Observable it stands for: interceptors know only those. */
export const emissionsOf = (result: unknown): unknown => (isEmitting(result) ? fromIterable(result) : result);

/**
 * Reports progress where it is emitted: an interceptor that maps every value, as most do, would make something else of it
 * and nobody would hear of it.
 */
export const reportingProgress = (result: unknown, ctx: McpContext): unknown =>
  isObservable(result) ? from(result).pipe(tap((value) => reportProgress(value, ctx))) : result;

/** The one value an Observable stands for: the last it emits that is not progress. Cancelling unsubscribes. */
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

/** @returns whether it was progress. Reported twice it is heard once, as it does not increase. */
function reportProgress(value: unknown, ctx: McpContext): boolean {
  if (!(value instanceof Progress)) return false;
  ctx.progress(value.progress, value.total, value.message);
  return true;
}

/** Unsubscribing returns the iterable, so that the `finally` of a generator runs. Its return value is its last emission. */
function fromIterable(source: Emitting): Observable<unknown> {
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
    // A generator that is stuck in an await returns when that settles: nobody waits for it.
    const giveBack = async (): Promise<unknown> => iterator.return?.(undefined);
    return () => {
      if (!ended) giveBack().catch(() => {});
    };
  });
}
