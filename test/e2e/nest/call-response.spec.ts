import {
  Catch,
  HttpStatus,
  Injectable,
  NotFoundException,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpTool, progress } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { send } from '../../fixtures/clients/raw-http.js';

/** An error of a database, as an ORM throws it. */
class UniqueViolation extends Error {}

@Injectable()
class Tools {
  @McpTool()
  hi(): string {
    return 'hi';
  }
  @McpTool()
  async *streams(): AsyncGenerator<unknown> {
    yield progress(1, 2);
    yield 'streamed';
  }
  @McpTool()
  taken(): string {
    throw new UniqueViolation('canary: key (mail)=(ada@example.com)');
  }
  @McpTool()
  missing(): string {
    throw new NotFoundException('Product 55 not found');
  }
  @McpTool()
  broken(): string {
    throw new Error('canary: secret');
  }
}

/** Sets headers in the way of both frameworks, and headers that are the protocol's. */
class HeadersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const response = context.switchToHttp().getResponse();
    if (context.getType<string>() !== 'mcp') return true;
    response.header('x-from-guard', 'yes').set({ 'x-set': 'too' });
    response.setHeader('content-type', 'text/plain');
    response.setHeader('content-length', '1');
    response.append('vary', 'x-tenant');
    response.status(201);
    return true;
  }
}

describe.each(ADAPTERS)('the response of a call, on %s', (adapter) => {
  describe('for guards', () => {
    let nest: NestApp;
    beforeAll(async () => {
      nest = await nestApp(
        {
          imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 3 }])],
          providers: [Tools, { provide: APP_GUARD, useClass: ThrottlerGuard }],
        },
        { adapter, mcp: { mount: 'direct' }, prepare: (app) => app.useGlobalGuards(new HeadersGuard()) },
      );
    });
    afterAll(() => nest.close());

    it.each(ERAS)(
      'headers of a guard are sent with the answer, and those of the protocol stay, in the %s era',
      async (era) => {
        const client = await EraClient.open(era, nest.port);
        const { status, headers, body } = await send(nest.port, client.request('tools/call', { name: 'hi' }));
        expect(status).toBe(200);
        expect(headers).toMatchObject({ 'x-from-guard': 'yes', 'x-set': 'too', 'content-type': 'application/json' });
        expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
        expect(headers['x-ratelimit-limit']).toBe('3');
        expect(headers['x-ratelimit-remaining']).toBeDefined();
      },
    );

    it('a throttler that refuses tells when to come back', async () => {
      const client = await EraClient.open('modern', nest.port);
      let reply = await send(nest.port, client.request('tools/call', { name: 'hi' }));
      for (let i = 0; i < 4; i++) reply = await send(nest.port, client.request('tools/call', { name: 'hi' }));
      expect(reply.body).toContain('Too Many Requests');
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('a throttler works in process, where nobody receives headers', async () => {
      expect(await nest.mcp.callTool('streams')).toMatchObject({ content: [{ text: 'streamed' }] });
    });
  });

  describe('for filters', () => {
    /** The catch-all filter of Nest's documentation. */
    @Catch()
    class CatchEverything implements ExceptionFilter {
      constructor(private readonly adapterHost: HttpAdapterHost) {}
      catch(error: unknown, host: ArgumentsHost): void {
        const { httpAdapter } = this.adapterHost;
        const http = host.switchToHttp();
        const status = error instanceof NotFoundException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
        const path = httpAdapter.getRequestUrl(http.getRequest());
        httpAdapter.reply(http.getResponse(), { statusCode: status, timestamp: 'now', path }, status);
      }
    }
    @Catch(UniqueViolation)
    class ToConflict implements ExceptionFilter {
      catch(_error: unknown, host: ArgumentsHost): unknown {
        const response = host.switchToHttp().getResponse();
        return response.status(409).send({ statusCode: 409, message: 'That mail is taken' });
      }
    }
    class Base extends BaseExceptionFilter {}
    Catch()(Base);

    let nest: NestApp;
    beforeAll(async () => {
      nest = await nestApp(
        { providers: [Tools] },
        {
          adapter,
          prepare: (app) => app.useGlobalFilters(new CatchEverything(app.get(HttpAdapterHost)), new ToConflict()),
        },
      );
    });
    afterAll(() => nest.close());
    beforeEach(() => nest.logs.errors.splice(0));

    it.each(ERAS)(
      'what a filter for HTTP answers in place of an error reaches the client, in the %s era',
      async (era) => {
        const client = await EraClient.open(era, nest.port);
        const { result, body } = await client.tool('taken');
        expect(result).toMatchObject({ isError: true, content: [{ text: 'That mail is taken' }] });
        expect(body).not.toContain('canary');
      },
    );

    it('a catch-all filter neither hides a reason nor fails, and an unknown error is logged once', async () => {
      const client = await EraClient.open('modern', nest.port);
      expect((await client.tool('missing')).result?.content[0].text).toBe('Product 55 not found');
      const { result, body } = await client.tool('broken');
      expect(result?.content[0].text).toBe('Internal error');
      expect(body).not.toContain('canary');
      expect(nest.logs.about('canary')).toHaveLength(1);
      expect(nest.logs.warnings).toEqual([]);
    });

    it('a catch-all filter works on calls in process', async () => {
      const result = await nest.mcp.callTool('missing');
      expect(result).toMatchObject({ isError: true, content: [{ text: 'Product 55 not found' }] });
    });

    it('a subclass of BaseExceptionFilter works', async () => {
      const own = await nestApp(
        { providers: [Tools] },
        { adapter, prepare: (app) => app.useGlobalFilters(new Base(app.getHttpAdapter())) },
      );
      try {
        const client = await EraClient.open('modern', own.port);
        expect((await client.tool('missing')).result?.content[0].text).toBe('Product 55 not found');
        expect((await client.tool('broken')).result?.content[0].text).toBe('Internal error');
        expect(own.logs.warnings).toEqual([]);
      } finally {
        await own.close();
      }
    });
  });
});
