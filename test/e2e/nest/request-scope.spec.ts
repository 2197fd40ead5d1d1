import {
  Inject,
  Injectable,
  Scope,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR, ContextIdFactory, ModuleRef, REQUEST } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpContext, McpResource, McpTool } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

describe('request scope', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Caller {
    static made = 0;
    readonly number = ++Caller.made;
    constructor(@Inject(REQUEST) readonly request: McpContext) {}
  }
  @Injectable()
  class Counter {
    calls = 0;
  }
  @Injectable()
  class Tools {
    constructor(
      @Inject(Caller) private readonly caller: Caller,
      @Inject(Counter) private readonly counter: Counter,
      @Inject(ModuleRef) private readonly modules: ModuleRef,
    ) {}

    @McpTool()
    async whoCalls(ctx: McpContext): Promise<unknown> {
      const { request, number } = this.caller;
      const again = await this.modules.resolve(Caller, ContextIdFactory.getByRequest(request));
      return {
        isContext: request instanceof McpContext && request === ctx,
        tenant: request.headers['x-tenant'],
        hasHttp: request.http !== undefined,
        user: request.user,
        number,
        sameCall: again === this.caller,
        calls: ++this.counter.calls,
      };
    }
    @McpResource({ uri: 'caller://me' })
    me(): string {
      return String(this.caller.request.headers['x-tenant']);
    }
  }
  describe.each(ADAPTERS)('on %s', (adapter) => {
    let nest: NestApp;
    beforeAll(async () => {
      nest = await nestApp({ providers: [Caller, Counter, Tools] }, { adapter });
    });
    afterAll(() => nest.close());

    it.each(ERAS)('each call gets its own request-scoped providers in the %s era', async (era) => {
      const client = await EraClient.open(era, nest.port);
      const answers = await Promise.all(
        ['blue', 'red'].map(async (tenant) => {
          const { result, body } = await client.tool('whoCalls', {}, { headers: { 'x-tenant': tenant } });
          if (!result || result.isError) throw new Error(body);
          return JSON.parse(result.content[0].text as string) as Record<string, unknown>;
        }),
      );
      for (const [index, answer] of answers.entries()) {
        expect(answer).toMatchObject({
          isContext: true,
          tenant: ['blue', 'red'][index],
          hasHttp: true,
          sameCall: true,
        });
      }
      expect(answers[0]!.number).not.toBe(answers[1]!.number);
      expect(answers[0]!.calls).not.toBe(answers[1]!.calls);
      const { result } = await client.call(
        'resources/read',
        { uri: 'caller://me' },
        { headers: { 'x-tenant': 'green' } },
      );
      expect(result?.contents[0].text).toBe('green');
    });
  });

  it.each(ADAPTERS)(
    'an interceptor that asks for a provider by the HTTP request gets that of the call, on %s',
    async (adapter) => {
      const resolved: unknown[] = [];
      @Injectable()
      class ByRequest implements NestInterceptor {
        constructor(@Inject(ModuleRef) private readonly modules: ModuleRef) {}
        async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
          const contextId = ContextIdFactory.getByRequest(context.switchToHttp().getRequest());
          const { number, request } = await this.modules.resolve(Caller, contextId, { strict: false });
          resolved.push({ number, tenant: request.headers['x-tenant'] });
          return next.handle();
        }
      }
      const nest = await nestApp(
        { providers: [Caller, Counter, Tools, { provide: APP_INTERCEPTOR, useClass: ByRequest }] },
        { adapter, mcp: { mount: 'direct' } },
      );
      try {
        const client = await EraClient.open('legacy', nest.port, { revision: '2025-03-26' });
        const ping = client.request('ping', {}, { headers: { 'x-tenant': 'blue' } });
        const calls = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'whoCalls' } }));
        const { body } = await send(nest.port, { ...ping, body: JSON.stringify(calls) });
        const answers = (JSON.parse(body) as { result: { content: { text: string }[] } }[]).map(
          ({ result }) => JSON.parse(result.content[0]!.text) as { number: number; sameCall: boolean },
        );
        await nest.mcp.callTool('whoCalls', {}, { headers: { 'x-tenant': 'red' } });
        const numbers = answers.map(({ number }) => ({ number, tenant: 'blue' }));
        expect(numbers[0]).not.toEqual(numbers[1]);
        expect(resolved).toEqual([...numbers, { number: Caller.made, tenant: 'red' }]);
        expect(answers.every(({ sameCall }) => sameCall)).toBe(true);
      } finally {
        await nest.close();
      }
    },
  );

  it('a request-scoped provider sees the user that a guard set', async () => {
    const guard: CanActivate = {
      canActivate: (context) => {
        context.switchToHttp().getRequest<{ user?: unknown }>().user = { name: 'ada' };
        return true;
      },
    };
    const nest = await nestApp(
      { providers: [Caller, Counter, Tools] },
      { mcp: { mount: 'direct' }, prepare: (app) => app.useGlobalGuards(guard) },
    );
    try {
      const client = await EraClient.open('modern', nest.port);
      const { result } = await client.tool('whoCalls');
      expect(JSON.parse(result?.content[0].text as string)).toMatchObject({ user: { name: 'ada' } });
    } finally {
      await nest.close();
    }
  });

  it('an exception in the constructor of a provider is logged once and hidden from the client', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Broken {
      constructor() {
        throw new Error('canary of a constructor');
      }
    }
    @Injectable()
    class Uses {
      constructor(@Inject(Broken) readonly broken: Broken) {}
      @McpTool() broken1(): string {
        return 'never';
      }
    }
    const nest = await nestApp({ providers: [Broken, Uses] });
    try {
      const client = await EraClient.open('modern', nest.port);
      const { body, result } = await client.tool('broken1');
      expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: 'Internal error' }] });
      expect(body).not.toContain('canary');
      expect(nest.logs.about('canary')).toHaveLength(1);
    } finally {
      await nest.close();
    }
  });
});
