import {
  type ArgumentsHost,
  Catch,
  type CallHandler,
  type CanActivate,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Injectable,
  type NestInterceptor,
  Next,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { finalize, map, type Observable, tap } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { McpController, McpTool, type SseEvent } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

class Tools {
  @McpTool() hello(): string {
    return 'hello';
  }
}

@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers.authorization === undefined) throw new UnauthorizedException();
    return headers.authorization === 'Bearer good';
  }
}
@Catch(UnauthorizedException)
class ChallengeFilter implements ExceptionFilter {
  catch(_error: UnauthorizedException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Reply>();
    response.header('www-authenticate', 'Bearer realm="here"').status(401).send({ refused: true });
  }
}
interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
  send(body: unknown): void;
}
const good = { headers: { authorization: 'Bearer good' } };

describe.each(ADAPTERS)('guards, interceptors and filters around the controller on %s', (adapter) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
  });

  it('a global guard refuses anonymous callers of every method with its real status', async () => {
    nest = await nestApp({ providers: [Tools, { provide: APP_GUARD, useClass: TokenGuard }] }, { adapter });
    const { port } = nest;
    const requests = [initializeRequest(), modern('tools/list'), call('hello'), { verb: 'GET' }, { verb: 'DELETE' }];
    for (const request of requests) expect((await send(port, request)).status).toBe(401);
    const wrong = initializeRequest({ headers: { authorization: 'Bearer bad' } });
    expect((await send(port, wrong)).status).toBe(403);
    expect((await send(port, modern('tools/list', {}, good))).status).toBe(200);
  });

  it('a filter keeps its challenge on the refusal of a guard', async () => {
    const providers = [Tools, { provide: APP_GUARD, useClass: TokenGuard }];
    const prepare = (app: NestApp['app']) => void app.useGlobalFilters(new ChallengeFilter());
    nest = await nestApp({ providers }, { adapter, prepare });
    const reply = await send(nest.port, initializeRequest());
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, 'Bearer realm="here"']);
    expect(JSON.parse(reply.body)).toEqual({ refused: true });
  });

  it('a refused request gives its bytes back', async () => {
    nest = await nestApp(
      { providers: [Tools, { provide: APP_GUARD, useClass: TokenGuard }] },
      {
        adapter,
        mcp: { maxBodyBytes: 30_000, maxRequestBytesPerClient: 40_000, maxRequestBytes: 40_000 },
      },
    );
    const padded = modern('tools/list', { padding: 'x'.repeat(25_000) });
    for (let i = 0; i < 10; i++) expect((await send(nest.port, padded)).status).toBe(401);
  });

  it('decorators of a derived controller apply to it', async () => {
    @Controller('agents')
    @UseGuards(TokenGuard)
    class Agents extends McpController {}
    nest = await nestApp({ providers: [Tools] }, { adapter, mcp: { controller: Agents } });
    const { port } = nest;
    expect((await send(port, { ...modern('tools/list'), path: '/agents' })).status).toBe(401);
    expect((await send(port, { ...modern('tools/list', {}, good), path: '/agents' })).status).toBe(200);
  });

  it('an interceptor that wraps every response leaves the answers and the streams as they are', async () => {
    @Injectable()
    class Envelope implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
        if (context.getType() !== 'http' || context.getClass() === Tools) return next.handle();
        return next.handle().pipe(map((data: unknown) => ({ data })));
      }
    }
    const interceptor = { provide: APP_INTERCEPTOR, useClass: Envelope };
    nest = await nestApp({ providers: [Tools, interceptor] }, { adapter });
    const { result } = JSON.parse((await send(nest.port, modern('tools/list'))).body) as {
      result: { tools: unknown[] };
    };
    expect(result.tools).toHaveLength(1);
    const session = await LegacySession.open(nest.port);
    const stream = await session.get();
    await nest.mcp.broadcast({ level: 'info', data: 'x' });
    const message = await stream.message(({ method }) => method === 'notifications/message');
    expect(message.params).toEqual({ level: 'info', data: 'x' });
    await stream.close();
  });

  it.each([[false], [true]])(
    'a derived controller sees the events of its streams, with an interceptor that waits for their end: %s',
    async (isIntercepted) => {
      const seen: unknown[] = [];
      const ended: string[] = [];
      @Injectable()
      class Waits implements NestInterceptor {
        intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
          const { method } = context.switchToHttp().getRequest<{ method: string }>();
          return next.handle().pipe(finalize(() => void ended.push(method)));
        }
      }
      class Watched extends McpController {
        @Get()
        override get(@Req() request: object, @Res() response: object, @Next() next?: () => void): Observable<SseEvent> {
          return super.get(request, response, next).pipe(tap((event) => void seen.push(event.type)));
        }
      }
      const interceptor = { provide: APP_INTERCEPTOR, useClass: Waits };
      const providers = [Tools, ...(isIntercepted ? [interceptor] : [])];
      nest = await nestApp({ providers }, { adapter, mcp: { controller: Watched } });
      const session = await LegacySession.open(nest.port);
      const stream = await session.get();
      expect(ended).not.toContain('GET');
      await nest.mcp.broadcast({ level: 'info', data: 'x' });
      await stream.message(({ method }) => method === 'notifications/message');
      expect(seen).toEqual([undefined, 'message']);
      await stream.close();
      await expect.poll(() => ended.includes('GET')).toBe(isIntercepted);
    },
  );

  it('the throttler counts requests that open sessions and read lists', async () => {
    nest = await nestApp(
      {
        imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 3 }])],
        providers: [Tools, { provide: APP_GUARD, useClass: ThrottlerGuard }],
      },
      { adapter },
    );
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await send(nest.port, initializeRequest())).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it('a global guard is warned about only where it does not run', async () => {
    const metadata = { providers: [Tools, { provide: APP_GUARD, useClass: TokenGuard }] };
    nest = await nestApp(metadata, { adapter, mcp: { mount: 'direct' } });
    expect(nest.logs.warnings.join()).toContain('Global guards do not run at the endpoint /mcp');
    await nest.close();
    nest = await nestApp(metadata, { adapter });
    expect(nest.logs.warnings.join()).not.toContain('Global guards');
  });
});
