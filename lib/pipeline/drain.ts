import { isObservable, type Observable } from 'rxjs';
import { CancelledError, type Exchange } from '../engine/exchange.js';
import { McpContext } from '../engine/mcp-context.js';
import { Progress } from '../engine/progress.js';

/** The one value an Observable or AsyncIterable stands for: the last it emits that is not progress. */
export function drain(result: unknown, ctx: McpContext): unknown {
  if (isObservable(result)) return drainObservable(result, ctx);
  if (isAsyncIterable(result)) return drainIterable(result, ctx);
  return result;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

const isProgress = (value: unknown, ctx: McpContext): boolean => {
  if (!(value instanceof Progress)) return false;
  ctx.progress(value.progress, value.total, value.message);
  return true;
};

function drainObservable(source: Observable<unknown>, ctx: McpContext): Promise<unknown> {
  const exchange = McpContext.exchangeOf(ctx);
  return new Promise((resolve, reject) => {
    let last: unknown;
    const subscription = source.subscribe({
      next: (value) => {
        if (!isProgress(value, ctx)) last = value;
      },
      error: reject,
      complete: () => resolve(last),
    });
    subscription.add(
      exchange.onCancel((reason) => {
        subscription.unsubscribe();
        reject(new CancelledError(reason));
      }),
    );
  });
}

async function drainIterable(source: AsyncIterable<unknown>, ctx: McpContext): Promise<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  const cancelled = whenCancelled(McpContext.exchangeOf(ctx));
  try {
    let last: unknown;
    for (;;) {
      const step = await Promise.race([iterator.next(), cancelled.promise]);
      if (step.done) return step.value === undefined ? last : step.value;
      if (!isProgress(step.value, ctx)) last = step.value;
    }
  } catch (error) {
    // A generator that is stuck in an await cannot be returned from until that settles: nobody waits for it.
    Promise.resolve(iterator.return?.()).catch(() => {});
    throw error;
  } finally {
    cancelled.release();
  }
}

function whenCancelled(exchange: Exchange): { promise: Promise<never>; release: () => void } {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    release = exchange.onCancel((reason) => reject(new CancelledError(reason)));
  });
  promise.catch(() => {});
  return { promise, release };
}
