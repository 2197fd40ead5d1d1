import { All, Controller, RequestMethod, VersioningType, type INestApplication } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { McpController, McpModule, McpTool } from 'nestjs-mcp-fleet';
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

class Tools {
  @McpTool() hello(): string {
    return 'hello';
  }
}

describe.each(ADAPTERS)('the routes of the controller on %s', (adapter) => {
  let nest: NestApp | undefined;
  afterEach(async () => {
    await nest?.close();
    nest = undefined;
  });
  const start = async (prepare: (app: INestApplication) => void, mcp: NestAppOptions['mcp'] = {}, more = {}) => {
    nest = await nestApp({ providers: [Tools], ...more }, { adapter, mcp, prepare });
    return nest.port;
  };
  const statusAt = async (port: number, path: string, headers = {}) =>
    (await send(port, { ...call('hello', {}, { headers }), path })).status;

  it('the global prefix applies to it', async () => {
    const port = await start((app) => app.setGlobalPrefix('api'));
    expect(await statusAt(port, '/api/mcp')).toBe(200);
    expect(await statusAt(port, '/mcp')).toBe(404);
  });

  it('the global prefix leaves out an excluded path', async () => {
    const exclude = [{ path: 'mcp', method: RequestMethod.ALL }];
    const port = await start((app) => app.setGlobalPrefix('api', { exclude }));
    expect(await statusAt(port, '/mcp')).toBe(200);
    expect(await statusAt(port, '/api/mcp')).toBe(404);
  });

  it('the version of the URI applies to it', async () => {
    const port = await start((app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }));
    expect(await statusAt(port, '/v2/mcp')).toBe(200);
    expect(await statusAt(port, '/mcp')).toBe(404);
  });

  it('the version of a header applies to it', async () => {
    const port = await start((app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '2' }),
    );
    expect(await statusAt(port, '/mcp', { 'x-version': '2' })).toBe(200);
    expect(await statusAt(port, '/mcp', { 'x-version': '3' })).toBe(404);
  });

  it('the version of a media type applies to it', async () => {
    const port = await start((app) =>
      app.enableVersioning({ type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '2' }),
    );
    expect(await statusAt(port, '/mcp', { accept: 'application/json, text/event-stream;v=2' })).toBe(200);
    expect(await statusAt(port, '/mcp', { accept: 'application/json, text/event-stream;v=3' })).toBe(404);
  });

  it('a path of several parts and one with a parameter work', async () => {
    @Controller(':tenant/agents')
    class Agents extends McpController {}
    const port = await start(() => {}, { controller: Agents });
    expect(await statusAt(port, '/acme/agents')).toBe(200);
    expect(await statusAt(port, '/agents')).toBe(404);
  });

  it('methods that it does not serve are answered 405, and a preflight is granted', async () => {
    const port = await start((app) => app.setGlobalPrefix('api'), { allowedOrigins: ['https://app.example'] });
    for (const verb of ['PUT', 'PATCH', 'HEAD']) {
      const reply = await send(port, { verb, path: '/api/mcp' });
      expect([verb, reply.status, reply.headers.allow]).toEqual([verb, 405, 'GET, POST, DELETE, OPTIONS']);
    }
    const preflight = { verb: 'OPTIONS', path: '/api/mcp', headers: { origin: 'https://app.example' } };
    const granted = await send(port, preflight);
    expect([granted.status, granted.headers['access-control-allow-origin']]).toEqual([204, 'https://app.example']);
  });

  it('a route of the application for every path does not take its requests', async () => {
    @Controller()
    class CatchAll {
      @All('*') page(): string {
        return 'page';
      }
    }
    const port = await start(() => {}, {}, { controllers: [CatchAll] });
    expect(await statusAt(port, '/mcp')).toBe(200);
    expect((await send(port, { verb: 'GET', path: '/mcp' })).status).toBe(400);
    expect((await send(port, { verb: 'GET', path: '/elsewhere' })).body).toBe('page');
  });

  it('the path may come from a factory, and a factory that mounts none leaves no route', async () => {
    const imports = (path: string | false) => [
      McpModule.forRootAsync({ useFactory: () => ({ name: 'late', version: '1', path }) }),
    ];
    const port = await start(() => {}, false, { imports: imports('/late') });
    expect(await statusAt(port, '/late')).toBe(200);
    await nest!.close();
    const without = await start(() => {}, false, { imports: imports(false) });
    expect(await statusAt(without, '/late')).toBe(404);
    expect(await statusAt(without, '/mcp')).toBe(404);
  });

  it('several servers have controllers of their own', async () => {
    @Controller('agents')
    class Agents extends McpController {}
    const admin = McpModule.forRoot({ name: 'admin', version: '1', server: 'admin', path: '/admin' });
    const agents = McpModule.forRoot({ name: 'agents', version: '1', server: 'agents', controller: Agents });
    const port = await start(() => {}, {}, { imports: [admin, agents] });
    const nameAt = async (path: string) => {
      const reply = await send(port, { ...initializeRequest(), path });
      return (JSON.parse(reply.body) as { result: { serverInfo: { name: string } } }).result.serverInfo.name;
    };
    expect(await nameAt('/mcp')).toBe('app');
    expect(await nameAt('/admin')).toBe('admin');
    expect(await nameAt('/agents')).toBe('agents');
  });

  it('mount: "direct" stays where it is, whatever the prefix', async () => {
    const port = await start((app) => app.setGlobalPrefix('api'), { mount: 'direct' });
    expect((await send(port, modern('tools/list'))).status).toBe(200);
    expect(await statusAt(port, '/api/mcp')).toBe(404);
  });
});

describe('options of the mount', () => {
  it('a class that is no McpController is refused, and one that would not be used', async () => {
    class Other {}
    class Agents extends McpController {}
    expect(await startError({}, { mcp: { controller: Other } }).catch(String)).toContain('extends McpController');
    const unused = { mcp: { controller: Agents, mount: 'direct' } } as const;
    expect(await startError({}, unused).catch(String)).toContain('needs the mount "controller"');
  });
});
