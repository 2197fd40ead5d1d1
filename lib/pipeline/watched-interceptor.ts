import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { from, map, type Observable, type ObservableInput, tap } from 'rxjs';
import { McpContext } from '../context/mcp-context.js';
import { Progress } from '../context/progress.js';
import type { Call } from './call.js';
import { noteReplacement } from './replacement.js';

export interface Interceptor {
  intercept(context: ExecutionContext, next: CallHandler): ObservableInput<unknown> | Promise<ObservableInput<unknown>>;
}

/**
 * An interceptor whose part in the result is known. A global one that puts the result into an envelope, such as
 * `{ statusCode, data, timestamp }`, does so for HTTP: an MCP result has its own envelope, so what is inside is taken.
 * Any other value that replaces the result is noted, for the message about one that does not fit.
 */
export class WatchedInterceptor implements Interceptor {
  constructor(
    private readonly interceptor: Interceptor,
    private readonly isGlobal: boolean,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const { ctx } = context.getArgByIndex<Call>(2);
    let inner: unknown;
    const handle = (): Observable<unknown> =>
      next.handle().pipe(
        tap((value: unknown) => {
          if (!(value instanceof Progress)) inner = value;
        }),
      );
    const settle = (value: unknown): unknown => {
      if (value instanceof Progress || value === inner) return value;
      if (this.isGlobal && isEnvelope(value, inner)) return inner;
      noteReplacement(McpContext.exchangeOf(ctx), {
        kind: this.isGlobal ? 'global interceptor' : 'interceptor',
        name: this.interceptor.constructor.name,
        value,
      });
      return value;
    };
    const returned = this.interceptor.intercept(context, { handle });
    return returned instanceof Promise
      ? returned.then((result) => from(result).pipe(map(settle)))
      : from(returned as ObservableInput<unknown>).pipe(map(settle));
  }
}

/** Whether an object holds the value that the interceptor got, unchanged, so that nothing is lost without the rest. */
const isEnvelope = (value: unknown, inner: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).includes(inner);
