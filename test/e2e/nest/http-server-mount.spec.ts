import {
  Controller,
  Get,
  Injectable,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { McpModule, McpTool, PrincipalResolver, type McpModuleOptions } from 'nestjs-mcp-fleet';
import {
  ADAPTERS,
  nestApp,
  startError,
  type NestApp,
  type NestAppOptions,
} from '../../fixtures/applications/nest-app.js';
import { initializeRequest } from '../../fixtures/clients/legacy-session.js';
import { call, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';

/** What a throttler of an HTTP application reads. */
let seen: { ip?: string }[] = [];
@Injectable()
class AddressGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push({ ip: context.switchToHttp().getRequest<{ ip: string }>().ip });
    return true;
  }
}
@Injectable()
class Tools {
  @McpTool()
  @UseGuards(AddressGuard)
  hello(): string {
    return 'hello';
  }
}
@Controller('orders')
class Orders {
  @Get()
  all(): string[] {
    return ['an order'];
  }
}
@Injectable()
class Refusal implements CanActivate {
  canActivate = () => false;
}

const ONCE = { limit: 1, windowMs: 3_600_000 };
const forwarded = ({ headers }: IncomingMessage) => headers['x-forwarded-for'] as string | undefined;

describe.each(ADAPTERS)('the endpoint on the HTTP server, ahead of %s', (adapter) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
    seen = [];
  });
  const start = async (mcp: Partial<McpModuleOptions> = {}, more: Partial<NestAppOptions> = {}, metadata = {}) => {
    nest = await nestApp(
      { providers: [Tools, AddressGuard], controllers: [Orders], ...metadata },
      { adapter, mcp: { mount: 'http-server', ...mcp }, ...more },
    );
    return nest.port;
  };
  const statusAt = async (port: number, path: string) => (await send(port, { ...call('hello'), path })).status;
  const statusFor = async (port: number, from: string) =>
    (await send(port, call('hello', {}, { headers: { 'x-forwarded-for': from } }))).status;

  it('runs neither prefix nor guards nor middleware, which run for all other routes', async () => {
    const asked: string[] = [];
    const port = await start(
      {},
      {
        prepare: (app) => {
          app.setGlobalPrefix('api');
          app.useGlobalGuards(new Refusal());
          app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
            asked.push(request.url!);
            next();
          });
        },
      },
    );
    expect((await send(port, modern('tools/list'))).status).toBe(200);
    expect(asked).toEqual([]);
    expect((await send(port, { verb: 'GET', path: '/api/orders' })).status).toBe(403);
    expect(asked).toEqual(['/api/orders']);
    expect(await statusAt(port, '/api/mcp')).toBe(404);
    expect(nest!.logs.warnings.join()).toContain('mounted "http-server": anyone may open sessions and read lists');
  });

  it('takes its own path only, as the other mounts do', async () => {
    const port = await start();
    expect(await statusAt(port, '/mcp')).toBe(200);
    expect(await statusAt(port, '/mcp/')).toBe(200);
    expect(await statusAt(port, '/mcp?x=1')).toBe(200);
    for (const path of ['/MCP', '/mc%70', '/mcp/x', '//mcp', `http://127.0.0.1:${port}/mcp`]) {
      expect([path, await statusAt(port, path)]).toEqual([path, 404]);
    }
    expect((await send(port, { verb: 'GET', path: '/orders' })).body).toBe('["an order"]');
  });

  it('several servers of one application have a path each', async () => {
    const admin = McpModule.forRoot({ name: 'b', version: '1', server: 'b', path: '/b', mount: 'http-server' });
    const routed = McpModule.forRoot({ name: 'c', version: '1', server: 'c', path: '/c' });
    const port = await start({}, {}, { imports: [admin, routed] });
    for (const [path, name] of Object.entries({ '/mcp': 'app', '/b': 'b', '/c': 'c' })) {
      const reply = await send(port, { ...initializeRequest(), path });
      expect(JSON.parse(reply.body)).toMatchObject({ result: { serverInfo: { name } } });
    }
  });

  it('anonymous clients behind one proxy have shares of their own if their addresses can be read', async () => {
    const port = await start({ limits: ONCE, clientAddress: forwarded });
    expect(await statusFor(port, '192.0.2.1')).toBe(200);
    expect(await statusFor(port, '192.0.2.2')).toBe(200);
    expect(await statusFor(port, '192.0.2.1')).toBe(429);
    expect(seen).toEqual([{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }]);
  });

  it.each([
    ['is not given', undefined],
    ['returns nothing', () => undefined],
    ['returns an empty text', () => ''],
    ['returns no text', () => ['192.0.2.1'] as never],
    ['returns what is no address', () => 'x'.repeat(10_000)],
    [
      'throws',
      () => {
        throw new TypeError('The option "clientAddress" has failed');
      },
    ],
    ['rejects', (async () => Promise.reject(new Error('no address'))) as never],
    [
      'throws what has no text',
      () => {
        throw Object.create(null);
      },
    ],
  ])('the address of the connection counts where clientAddress %s', async (what, clientAddress) => {
    const port = await start({ limits: ONCE, ...(clientAddress && { clientAddress }) });
    expect(await statusFor(port, '192.0.2.1')).toBe(200);
    expect(await statusFor(port, '192.0.2.2')).toBe(429);
    expect(seen).toEqual([{ ip: '127.0.0.1' }]);
    const isWrong = ['returns no text', 'returns what is no address', 'throws', 'rejects'].includes(what);
    // Once in a while, not for each request.
    expect(nest!.logs.about('The option "clientAddress" has')).toHaveLength(isWrong ? 1 : 0);
  });

  it('a PrincipalResolver refuses requests', async () => {
    @Injectable()
    class Nobody extends PrincipalResolver {
      resolve(): never {
        throw new UnauthorizedException();
      }
    }
    const providers = [Tools, AddressGuard, { provide: PrincipalResolver, useClass: Nobody }];
    const port = await start({}, {}, { providers });
    expect((await send(port, modern('tools/list'))).status).toBe(401);
  });

  it('closing the application ends streams and refuses new connections', async () => {
    const port = await start();
    const opened = await send(port, initializeRequest());
    const headers = { 'mcp-session-id': opened.headers['mcp-session-id'] as string, accept: 'text/event-stream' };
    const stream = send(port, { verb: 'GET', headers });
    await nest!.close();
    nest = undefined;
    expect((await stream).status).toBe(200);
    await expect(send(port, modern('tools/list'))).rejects.toThrow();
  });
});

describe('options of the mount on the HTTP server', () => {
  const errorOf = (mcp: Partial<McpModuleOptions>) => startError({}, { mcp }).catch(String);

  it('clientAddress is refused where the framework knows the address', async () => {
    expect(await errorOf({ clientAddress: forwarded })).toContain('"clientAddress" needs the mount "http-server"');
    expect(await errorOf({ clientAddress: forwarded, mount: 'direct' })).toContain('trusted proxies');
  });

  it('what is no function, and an unknown mount, are refused', async () => {
    const wrong = { clientAddress: 'x-forwarded-for' as never, mount: 'http-server' } as const;
    expect(await errorOf(wrong)).toContain('must be a function');
    expect(await errorOf({ mount: 'server' as never })).toContain('"controller", "direct", "http-server"');
  });
});
