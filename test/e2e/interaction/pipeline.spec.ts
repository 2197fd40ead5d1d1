import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  ClassSerializerInterceptor,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { catchError, map, type Observable, of } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  accept,
  ALL_CAPABILITIES,
  askingApp,
  type AskingApp,
  retry,
  round,
  toolText,
} from '../../fixtures/applications/asking-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';

const params = { name: 'outcome', arguments: {} };
const answers = { '#1': accept({ name: 'Ada' }) };

@Injectable()
class Swallowing implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of('swallowed')));
  }
}

@Injectable()
class Wrapping implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const caught: unknown[] = [];
@Catch()
class CatchAll implements ExceptionFilter {
  catch(error: unknown, _: ArgumentsHost): string {
    caught.push(error);
    return 'caught';
  }
}

let allowed = true;
const guarded = { provide: APP_GUARD, useValue: { canActivate: () => allowed } };

describe('what surrounds a method that asks', () => {
  let app: AskingApp | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
    caught.length = 0;
    allowed = true;
  });
  // The same enhancers would run around the HTTP request as well.
  const start = async (...providers: object[]) =>
    (app = await askingApp({ mount: 'direct' }, { providers: providers as never }));

  it('an interceptor that swallows errors does not keep a round from ending', async () => {
    const { port } = await start({ provide: APP_INTERCEPTOR, useClass: Swallowing });
    const first = await round(port, params);
    expect(first.result?.resultType).toBe('input_required');
    expect(toolText(await round(port, retry(params, first, answers)))).toBe('accept');
  });

  it.each([Wrapping, ClassSerializerInterceptor])(
    '%o does not change the questions of inputRequired()',
    async (useClass) => {
      const { port } = await start({ provide: APP_INTERCEPTOR, useClass });
      const explicit = { name: 'explicit', arguments: {} };
      const first = await round(port, explicit);
      expect(first.result).toMatchObject({
        resultType: 'input_required',
        inputRequests: { who: { method: 'elicitation/create' } },
      });
      expect(toolText(await round(port, retry(explicit, first, { who: accept({ name: 'Ada' }) })))).toContain(
        'Hello, Ada',
      );
      const session = await LegacySession.open(port, { capabilities: ALL_CAPABILITIES });
      const stream = await session.stream('explicit');
      const { id } = await stream.message(({ method }) => method === 'elicitation/create');
      await session.post({ jsonrpc: '2.0', id, result: accept({ name: 'Ada' }) });
      expect(toolText(await stream.message(({ method }) => method === undefined))).toContain('Hello, Ada');
    },
  );

  it('the end of a round reaches neither the exception filters nor the log', async () => {
    const { port, logs } = await start({ provide: APP_FILTER, useClass: CatchAll });
    const first = await round(port, params);
    expect(first.result?.resultType).toBe('input_required');
    expect(toolText(await round(port, retry(params, first, answers)))).toBe('accept');
    expect(caught).toEqual([]);
    expect(logs.errors).toEqual([]);
  });

  it('an exception filter can turn a refusal by the client into a result', async () => {
    const { port } = await start({ provide: APP_FILTER, useClass: CatchAll });
    const greet = { name: 'keyed', arguments: {} };
    const first = await round(port, greet);
    expect(toolText(await round(port, retry(greet, first, { user: { action: 'decline' } })))).toBe('caught');
    expect(caught).toMatchObject([{ name: 'InputRefusedError' }]);
  });

  it('guards run again in every round (Q-9)', async () => {
    const { port } = await start(guarded);
    const first = await round(port, params);
    allowed = false;
    const second = await round(port, retry(params, first, answers));
    expect(second.error).toMatchObject({ message: 'Forbidden resource' });
    expect(second.result).toBeUndefined();
  });
});
