import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ClsModule, ClsService } from 'nestjs-cls';
import { LoggerModule } from 'nestjs-pino';
import { afterEach, describe, expect, it } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { pinoHttp, pinoLines } from '../../fixtures/applications/pino-lines.js';
import { initializeRequest } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

describe.each(ADAPTERS)('packages of the application beside the controller on %s', (adapter) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
  });

  it('nestjs-cls is active in a tool under a global prefix', async () => {
    @Injectable()
    class Tools {
      constructor(@Inject(ClsService) private readonly cls: ClsService) {}
      @McpTool() context(): string {
        return `${this.cls.isActive()} ${typeof this.cls.getId()}`;
      }
    }
    const cls = ClsModule.forRoot({ global: true, middleware: { mount: true, generateId: true } });
    const prepare = (app: NestApp['app']) => void app.setGlobalPrefix('api');
    nest = await nestApp({ imports: [cls], providers: [Tools] }, { adapter, prepare });
    const reply = await send(nest.port, { ...call('context'), path: '/api/mcp' });
    expect(reply.body).toContain('true string');
  });

  it('nestjs-pino writes one line a request, with the method and the tool', async () => {
    class Tools {
      @McpTool() hello(): string {
        return 'hello';
      }
    }
    pinoLines.length = 0;
    const pino = LoggerModule.forRoot({ pinoHttp });
    const prepare = (app: NestApp['app']) => void app.setGlobalPrefix('api');
    nest = await nestApp({ imports: [pino], providers: [Tools] }, { adapter, prepare });
    await send(nest.port, { ...initializeRequest(), path: '/api/mcp' });
    await send(nest.port, { ...call('hello'), path: '/api/mcp' });
    await expect.poll(() => pinoLines.filter(({ res }) => res !== undefined).length).toBe(2);
    const access = pinoLines.filter(({ res }) => res !== undefined);
    expect(access.map(({ mcp, res }) => [mcp, res.statusCode])).toEqual([
      [{ method: 'initialize' }, 200],
      [{ method: 'tools/call', name: 'hello' }, 200],
    ]);
  });

  it('the document of swagger has no route of the endpoint', async () => {
    @Controller('products')
    class Products {
      @Get() list(): string[] {
        return [];
      }
    }
    nest = await nestApp({ controllers: [Products] }, { adapter, mcp: { capabilities: { tools: true } } });
    const document = SwaggerModule.createDocument(nest.app, new DocumentBuilder().build());
    expect(Object.keys(document.paths)).toEqual(['/products']);
  });
});
