import { Injectable, Module, type CanActivate } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { McpModule, McpTool } from 'nestjs-mcp-fleet';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ADAPTERS,
  LogRecorder,
  nestApp,
  type NestApp,
  type NestAppOptions,
} from '../../fixtures/applications/nest-app.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

@Injectable()
class Tools {
  @McpTool()
  hello(): string {
    return 'hello';
  }
}
@Injectable()
class Refusal implements CanActivate {
  canActivate = () => false;
}

const AUTH = { resource: 'https://mcp.example/mcp', issuers: ['https://issuer.example'] };
const MOUNTS = ['controller', 'direct', 'http-server'] as const;
const everyMount = ADAPTERS.flatMap((adapter) => MOUNTS.map((mount) => ({ adapter, mount })));

/** Sends a call whose client does not wait for 100. @returns the status of each response to it */
async function statusesOf(port: number, path: string, expectation: string, version = '1.1'): Promise<string[]> {
  const { headers, body } = call('hello');
  const lines = Object.entries({ ...headers, host: 'localhost', connection: 'close', expect: expectation });
  const length = `content-length: ${Buffer.byteLength(body as string)}`;
  const head = [`POST ${path} HTTP/${version}`, ...lines.map(([name, value]) => `${name}: ${String(value)}`), length];
  const socket = connect(port, '127.0.0.1');
  let replies = '';
  socket.on('data', (bytes: Buffer) => (replies += bytes.toString('latin1')));
  socket.write(`${head.join('\r\n')}\r\n\r\n${body as string}`);
  await once(socket, 'close');
  return [...replies.matchAll(/^HTTP\/1.1 (\d+)/gm)].map(([, status]) => status!);
}

describe.each(everyMount)('the mount $mount on $adapter', ({ adapter, mount }) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
  });
  const start = async (prepare?: NestAppOptions['prepare']) =>
    (nest = await nestApp({ providers: [Tools] }, { adapter, mcp: { mount }, ...(prepare && { prepare }) }));

  it('sends 100 once to a client that expects it', async () => {
    const { port } = await start();
    expect(await statusesOf(port, '/mcp', '100-continue')).toEqual(['100', '200']);
    expect(await statusesOf(port, '/mcp/', '100-continue')).toEqual(['100', '200']);
    expect(await statusesOf(port, '/mcp', '100-Continue, x')).toEqual(['100', '200']);
    // A client of HTTP/1.0 does not know it (RFC 9110, section 10.1.1).
    expect(await statusesOf(port, '/mcp', '100-continue', '1.0')).toEqual(['200']);
  });

  it('leaves 100 to the application that has a listener for it', async () => {
    const { port } = await start((app) => {
      const server = app.getHttpServer() as Server;
      server.on('checkContinue', (request, response: ServerResponse) => {
        response.writeContinue();
        server.emit('request', request, response);
      });
    });
    expect(await statusesOf(port, '/mcp', '100-continue')).toEqual(['100', '200']);
  });

  it('starts in an application without HTTP, and does not warn of an endpoint that is not there', async () => {
    @Module({
      imports: [McpModule.forRoot({ name: 'app', version: '1', mount, auth: AUTH })],
      providers: [Tools, { provide: APP_GUARD, useClass: Refusal }],
    })
    class App {}
    const logger = new LogRecorder();
    const app = await NestFactory.createApplicationContext(App, { logger });
    expect(logger.warnings).toEqual([]);
    await app.close();
  });
});

// Nest has registered the routes of the controller on Fastify before anybody can know of the second adapter.
const onLaterAdapters = everyMount.filter(({ adapter, mount }) => adapter === 'express' || mount !== 'controller');
it.each(onLaterAdapters)(
  'a second application of one module is served: $mount on $adapter',
  async ({ adapter, mount }) => {
    const module = await Test.createTestingModule({
      imports: [McpModule.forRoot({ name: 'app', version: '1', mount })],
      providers: [Tools],
    }).compile();
    const make = () => (adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter());
    module.createNestApplication(make(), { logger: false });
    const app = module.createNestApplication(make(), { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    expect((await send(port, call('hello'))).status).toBe(200);
    await app.close();
  },
);

it.each(ADAPTERS)('a prefix with a parameter is no other path for any verb on %s', async (adapter) => {
  const prepare = (app: { setGlobalPrefix(prefix: string): unknown }) => app.setGlobalPrefix(':tenant/api');
  const nest = await nestApp({ providers: [Tools] }, { adapter, prepare });
  const statusOf = async (verb: string) => (await send(nest.port, { verb, path: '/acme/api/mcp' })).status;
  expect((await send(nest.port, { ...call('hello'), path: '/acme/api/mcp' })).status).toBe(200);
  expect([await statusOf('OPTIONS'), await statusOf('PUT'), await statusOf('PATCH')]).toEqual([204, 405, 405]);
  await nest.close();
});
