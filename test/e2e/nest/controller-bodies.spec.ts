import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express from 'express';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { McpModule, McpTool, type McpModuleOptions } from 'nestjs-mcp-fleet';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

class Tools {
  @McpTool() hello(): string {
    return 'hello';
  }
}
const MOUNTS = ['controller', 'direct', 'http-server'] as const;

describe.each(MOUNTS)('bodies and hosts with the mount "%s"', (mount) => {
  let app: INestApplication | undefined;
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    await app?.close();
    app = server = undefined;
  });
  const module = (options: Partial<McpModuleOptions> = {}) => {
    class App {}
    Module({
      imports: [McpModule.forRoot({ name: 'bodies', version: '1', mount, ...options })],
      providers: [Tools],
    })(App);
    return App;
  };
  const listen = async (handler: Parameters<typeof createServer>[1]) => {
    server = createServer(handler!).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const expectHello = async (port: number, path = '/mcp') => {
    const reply = await send(port, { ...call('hello'), path });
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([
      200,
      { result: { content: [{ type: 'text', text: 'hello' }] } },
    ]);
  };

  it.each([
    ['an object', express.json()],
    ['bytes', express.raw({ type: 'application/json' })],
    ['text', express.text({ type: 'application/json' })],
  ])('an Express application that was given to Nest may have read the body already, as %s', async (_what, parser) => {
    const own = express();
    own.use(parser);
    app = await NestFactory.create(module(), new ExpressAdapter(own), { logger: false });
    await app.init();
    await expectHello(await listen(own));
  });

  it('an outer Express application may mount Nest under a path', async () => {
    const inner = express();
    app = await NestFactory.create(module(), new ExpressAdapter(inner), { logger: false });
    await app.init();
    const outer = express();
    outer.use(express.json());
    outer.use('/sub', inner);
    await expectHello(await listen(outer), '/sub/mcp');
  });

  it('a serverless wrapper may call the handler of Express', async () => {
    app = await NestFactory.create<NestExpressApplication>(module(), new ExpressAdapter(), { logger: false });
    await app.init();
    const handler = app.getHttpAdapter().getInstance() as express.Express;
    await expectHello(await listen((request, response) => void handler(request, response)));
  });

  it('a serverless wrapper may inject into Fastify', async () => {
    const fastify = await NestFactory.create<NestFastifyApplication>(module(), new FastifyAdapter(), { logger: false });
    app = fastify;
    await app.init();
    const { body, headers } = call('hello');
    const reply = await fastify.inject({
      method: 'POST',
      url: '/mcp',
      headers: { ...(headers as Record<string, string>), host: 'localhost' },
      payload: body as string,
    });
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { result: { content: [{ text: 'hello' }] } }]);
  });

  it.each(['fastify', 'express'])(
    'parsers of the application on %s do not answer for the endpoint',
    async (adapter) => {
      const http = adapter === 'fastify' ? new FastifyAdapter({ bodyLimit: 100 }) : new ExpressAdapter();
      app = await NestFactory.create(module({ maxBodyBytes: 1000 }), http, { logger: false, rawBody: true });
      await app.listen(0, '127.0.0.1');
      const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
      await expectHello(port);
      const type = { 'content-type': 'application/json' };
      const code = async (request: Parameters<typeof send>[1]) => {
        const reply = await send(port, request);
        return [reply.status, (JSON.parse(reply.body) as { error: { code: number } }).error.code];
      };
      expect(await code({ body: '{', headers: type })).toEqual([400, -32700]);
      expect(await code({ body: 'x'.repeat(2000), headers: type })).toEqual([413, -32600]);
      expect(await code({ body: 'x', headers: { 'content-type': 'text/plain' } })).toEqual([415, -32600]);
    },
  );
});
