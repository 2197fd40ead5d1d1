import { concat, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { CancelledError, Exchange } from '../../../lib/exchange/exchange.js';
import type { Peer } from '../../../lib/exchange/peer.js';
import { RequiredScopes } from '../../../lib/access/required-scopes.js';
import { ScopeHierarchy } from '../../../lib/access/scope-hierarchy.js';
import { McpContext } from '../../../lib/context/mcp-context.js';
import { progress } from '../../../lib/context/progress.js';
import { drain, emissionsOf, reportingProgress } from '../../../lib/pipeline/drain.js';
import type { JsonRpcNotification } from '../../../lib/protocol/messages.js';

function call() {
  const reported: unknown[] = [];
  const peer = { era: 'modern', revision: '2026-07-28' } as Peer;
  const params = { _meta: { progressToken: 'p' } };
  const outlet = {
    notify: ({ params: progressParams }: JsonRpcNotification) => reported.push(progressParams?.progress),
  };
  const exchange = new Exchange(peer, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, outlet);
  return {
    reported,
    exchange,
    ctx: new McpContext(exchange, 'x', undefined as never, new RequiredScopes(new ScopeHierarchy())),
  };
}

describe('drain()', () => {
  it('drain() resolves to the last emission that is not progress', async () => {
    const { ctx, reported } = call();
    expect(await drain(of(progress(1), 'a', progress(2), 'b', progress(3)), ctx)).toBe('b');
    expect(reported).toEqual([1, 2, 3]);
    expect(await drain(of(), ctx)).toBeUndefined();
    expect(drain('plain', ctx)).toBe('plain');
    await expect(
      drain(
        concat(
          of('a'),
          throwError(() => new RangeError('b')),
        ),
        ctx,
      ),
    ).rejects.toThrow(RangeError);
  });

  it('reportingProgress() reports progress once although it is applied twice', async () => {
    const { ctx, reported } = call();
    const reporting = reportingProgress(reportingProgress(of(progress(1), progress(2), 'a'), ctx), ctx);
    expect(await drain(reporting, ctx)).toBe('a');
    expect(reported).toEqual([1, 2]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('drain() unsubscribes when the call is cancelled %s it began', async (_when, early) => {
    const { ctx, exchange } = call();
    let open = 0;
    const source = new Observable(() => {
      open++;
      return () => open--;
    });
    if (early) exchange.cancel('enough');
    const drained = drain(source, ctx) as Promise<unknown>;
    if (!early) exchange.cancel('enough');
    await expect(drained).rejects.toThrow(CancelledError);
    expect(open).toBe(0);
  });

  it('drain() reports no progress after the call is cancelled', async () => {
    const { ctx, exchange, reported } = call();
    const source = new Subject();
    const drained = drain(source, ctx) as Promise<unknown>;
    exchange.cancel('enough');
    source.next(progress(1));
    await expect(drained).rejects.toThrow('enough');
    expect(reported).toEqual([]);
  });
});

describe('emissionsOf()', () => {
  it('emissionsOf() drains a synchronous generator but leaves arrays, maps and sets alone', async () => {
    const { ctx, reported } = call();
    function* counting(): Generator<unknown, string> {
      yield progress(1);
      return 'counted';
    }
    expect(await drain(emissionsOf(counting()), ctx)).toBe('counted');
    expect(reported).toHaveLength(1);
    for (const value of [[1, 2], new Map(), new Set([1])]) expect(emissionsOf(value)).toBe(value);
  });

  it('an async generator resolves to its return value, or else to its last yielded value', async () => {
    const { ctx } = call();
    async function* returning(): AsyncGenerator<string, string> {
      yield 'a';
      return 'b';
    }
    async function* yielding(): AsyncGenerator<string> {
      yield 'a';
    }
    expect(await drain(emissionsOf(returning()), ctx)).toBe('b');
    expect(await drain(emissionsOf(yielding()), ctx)).toBe('a');
  });

  it('an async iterator is returned once when the call is cancelled, and not after it ended', async () => {
    const { ctx, exchange } = call();
    let returned = 0;
    const iterable = (values: unknown[]): AsyncIterable<unknown> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => (values.length > 0 ? { done: false, value: values.shift() } : new Promise(() => {})),
        return: async () => {
          returned++;
          throw new Error('this error is ignored');
        },
      }),
    });
    const drained = drain(emissionsOf(iterable(['a'])), ctx) as Promise<unknown>;
    exchange.cancel('enough');
    await expect(drained).rejects.toThrow('enough');
    expect(returned).toBe(1);

    async function* ended(): AsyncGenerator<string> {
      try {
        yield 'a';
      } finally {
        returned++;
      }
    }
    expect(await drain(emissionsOf(ended()), call().ctx)).toBe('a');
    expect(returned).toBe(2);
  });

  it('drain() rejects with the error that an async generator throws', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'a';
      throw new RangeError('b');
    }
    await expect(drain(emissionsOf(broken()), call().ctx)).rejects.toThrow(RangeError);
  });

  it('emissionsOf() returns plain values unchanged', () => {
    for (const value of [undefined, null, 'text', [1], {}, NEVER, Buffer.from('a')])
      expect(emissionsOf(value)).toBe(value);
  });
});
