import {
  Catch,
  Injectable,
  RequestTimeoutException,
  UseFilters,
  UseInterceptors,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, NEVER, Observable, throwError, timeout, TimeoutError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpTool, progress, McpContext } from 'nestjs-mcp-fleet';
import { EraClient, type EraName } from '../../fixtures/clients/era-client.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { SseClient } from '../../fixtures/clients/sse-client.js';

let gate: Gate;
let nest: NestApp;
beforeEach(() => {
  gate = new Gate();
});
afterEach(() => nest.close());

@Catch()
class Nosy implements ExceptionFilter {
  catch(error: unknown): never {
    gate.mark('filtered');
    throw error;
  }
}
class Deadline implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      timeout(20),
      catchError((error: unknown) =>
        throwError(() => (error instanceof TimeoutError ? new RequestTimeoutException('too slow') : error)),
      ),
    );
  }
}
class PassingOn implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

@Injectable()
@UseFilters(Nosy)
class Slow {
  @McpTool()
  observable(ctx: McpContext): unknown {
    return new Observable((subscriber) => {
      ctx.signal.addEventListener('abort', () => gate.mark('aborted'));
      subscriber.next(progress(1));
      gate.mark('running');
      return () => gate.mark('stopped');
    });
  }
  @McpTool()
  @UseInterceptors(new PassingOn())
  interceptedObservable(ctx: McpContext): unknown {
    return this.observable(ctx);
  }
  @McpTool()
  async *generator(ctx: McpContext): AsyncGenerator<unknown> {
    try {
      ctx.signal.addEventListener('abort', () => gate.mark('aborted'));
      yield progress(1);
      gate.mark('running');
      await untilAborted(ctx.signal);
    } finally {
      gate.mark('stopped');
    }
  }
  @McpTool()
  @UseInterceptors(new PassingOn())
  interceptedGenerator(ctx: McpContext): unknown {
    return this.generator(ctx);
  }
  @McpTool()
  async promise(ctx: McpContext): Promise<unknown> {
    ctx.progress(1);
    gate.mark('running');
    ctx.signal.addEventListener('abort', () => gate.mark('aborted'));
    try {
      return await untilAborted(ctx.signal);
    } finally {
      gate.mark('stopped');
    }
  }
  /** Ignores its signal. */
  @McpTool()
  unresponsive(ctx: McpContext): Promise<unknown> {
    ctx.progress(1);
    gate.mark('running');
    return gate.passage('unresponsive');
  }
  @McpTool()
  quick(): string {
    return 'quick';
  }
  @McpTool()
  @UseInterceptors(new Deadline())
  timed(): unknown {
    return new Observable(() => () => gate.mark('stopped'));
  }
  @McpTool()
  @UseInterceptors(new Deadline())
  timedPromise(): Promise<unknown> {
    return gate.passage('timed');
  }
  @McpTool()
  never(): unknown {
    return NEVER;
  }
}

const meta = { progressToken: 'p' };
const KINDS = ['observable', 'interceptedObservable', 'generator', 'interceptedGenerator', 'promise'];

const open = async (era: EraName, adapter: (typeof ADAPTERS)[number] = 'fastify') => {
  nest = await nestApp({ providers: [Slow] }, { adapter, mcp: { drainTimeoutMs: 200 } });
  return EraClient.open(era, nest.port);
};
const start = (client: EraClient, name: string, id = 77): Promise<SseClient> =>
  client.stream('tools/call', { name, arguments: {} }, { id, meta });

describe.each(ADAPTERS)('on %s', (adapter) => {
  it.each(KINDS)('a modern client cancels %s by closing the response', async (name) => {
    const client = await open('modern', adapter);
    const stream = await start(client, name);
    await gate.reached('running');
    await stream.close();
    await gate.reached('stopped');
    await gate.reached('aborted');
    expect(gate.has('filtered')).toBe(false);
    expect(nest.logs.errors).toEqual([]);
  });

  it.each(KINDS)('a legacy client cancels %s with a notification and gets no response', async (name) => {
    const client = await open('legacy', adapter);
    const stream = await start(client, name);
    await gate.reached('running');
    await client.notify('notifications/cancelled', { requestId: 77, reason: 'no need' });
    await gate.reached('stopped');
    await gate.reached('aborted');
    await stream.end();
    expect(stream.messages.filter(({ id }) => id === 77)).toEqual([]);
    expect(gate.has('filtered')).toBe(false);
    expect(nest.logs.errors).toEqual([]);
  });

  it('a legacy client that disconnects does not cancel its call', async () => {
    const client = await open('legacy', adapter);
    const stream = await start(client, 'unresponsive');
    await stream.message(({ method }) => method === 'notifications/progress');
    const { lastEventId } = stream;
    await stream.close();
    gate.release('unresponsive');
    // Its response is stored for it.
    const headers = { accept: 'text/event-stream', 'mcp-session-id': client.session, 'last-event-id': lastEventId };
    const resumed = await SseClient.open(nest.port, { verb: 'GET', headers });
    await resumed.message(({ id }) => id === 77);
    expect(gate.has('aborted')).toBe(false);
  });
});

describe('notifications/cancelled', () => {
  it('cancelling ends the response of a legacy method that ignores its signal', async () => {
    const client = await open('legacy');
    const stream = await start(client, 'unresponsive');
    await gate.reached('running');
    await client.notify('notifications/cancelled', { requestId: 77 });
    await stream.end();
    gate.release('unresponsive');
    expect(stream.messages.filter(({ id }) => id === 77)).toEqual([]);
  });

  it('a cancellation applies only to the request with that id in that session', async () => {
    const client = await open('legacy');
    const other = await EraClient.open('legacy', nest.port);
    const stream = await start(client, 'unresponsive');
    await gate.reached('running');
    await other.notify('notifications/cancelled', { requestId: 77 });
    await client.notify('notifications/cancelled', { requestId: '77' });
    await client.notify('notifications/cancelled', { requestId: 78 });
    await client.notify('notifications/cancelled', { requestId: { id: 77 } });
    gate.release('unresponsive');
    expect(await stream.message(({ id }) => id === 77)).toMatchObject({ result: { content: [] } });
  });

  it('a cancellation of a finished request has no effect', async () => {
    const client = await open('legacy');
    expect((await client.tool('quick', {}, { id: 5 })).result?.content[0].text).toBe('quick');
    expect((await client.notify('notifications/cancelled', { requestId: 5 })).status).toBe(202);
    expect((await client.tool('quick')).result?.content[0].text).toBe('quick');
  });
});

describe('an interceptor with a timeout', () => {
  it('an interceptor with a timeout aborts the method and returns its error', async () => {
    const client = await open('modern');
    const timedOut = { isError: true, content: [{ type: 'text', text: 'too slow' }] };
    expect((await client.tool('timed')).result).toMatchObject(timedOut);
    await gate.reached('stopped');
    expect((await client.tool('timedPromise')).result).toMatchObject(timedOut);
  });
});

describe('callTool() with a signal', () => {
  it('callTool() rejects with the reason of its aborted signal, and the tool stops', async () => {
    await open('modern');
    for (const name of KINDS) {
      gate = new Gate();
      const controller = new AbortController();
      const call = nest.mcp.callTool(name, {}, { signal: controller.signal });
      await gate.reached('running');
      controller.abort(new Error('changed my mind'));
      await expect(call).rejects.toThrow('changed my mind');
      await gate.reached('stopped');
    }
    expect(nest.logs.errors).toEqual([]);
  });

  it('callTool() with an aborted signal does not run the tool', async () => {
    await open('modern');
    await expect(nest.mcp.callTool('promise', {}, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
    expect(gate.has('running')).toBe(false);
  });
});
