import type { ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { McpInspector, type McpInspectorOptions, McpModule } from 'nestjs-mcp-fleet';
import { ADAPTERS, type AdapterName, nestApp, type NestAppOptions } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { PageClient } from '../../fixtures/clients/page-client.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RecordedEvents } from '../../fixtures/measurements/recorded-events.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

async function appWith(
  adapter: AdapterName,
  options: McpInspectorOptions = {},
  { prepare, ...more }: NestAppOptions = {},
  providers: NonNullable<Parameters<typeof nestApp>[0]['providers']> = [],
) {
  const both = (app: INestApplication): void => {
    prepare?.(app);
    McpInspector.setup('inspector', app, options);
  };
  const started = await nestApp({ providers }, { adapter, ...more, prepare: both });
  closing.push(started.close);
  return { ...started, page: new PageClient(started.port) };
}

@Injectable()
class Names {
  readonly allowed = 'ada';
}

@Injectable()
class NamedGuard implements CanActivate {
  constructor(private readonly names: Names) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (headers['x-user'] === undefined) throw new UnauthorizedException('Who are you?');
    return headers['x-user'] === this.names.allowed;
  }
}
Reflect.defineMetadata('design:paramtypes', [Names], NamedGuard);

describe.each(ADAPTERS)('the page on %s', (adapter) => {
  it('nothing is served unless it was set up', async () => {
    const { port, close } = await nestApp({}, { adapter });
    closing.push(close);
    for (const file of ['', 'inspector.js', 'api/config', 'api/stream']) {
      expect((await new PageClient(port).get(file)).status, file).toBe(404);
    }
  });

  it('a set-up that comes too late, or at no path, is refused', async () => {
    const { app, close } = await nestApp({}, { adapter });
    closing.push(close);
    expect(() => McpInspector.setup('inspector', app)).toThrow('came after the application had started');
    const wrong = (started: INestApplication) => McpInspector.setup('/', started);
    await expect(nestApp({}, { adapter, prepare: wrong })).rejects.toThrow('cannot be at the path "/"');
  });

  it('every answer has the strict headers, whatever the CORS settings of the application', async () => {
    const { page } = await appWith(adapter, {}, { prepare: (app) => app.enableCors({ origin: '*' }) });
    for (const file of ['', 'inspector.js', 'inspector.css', 'api/config', 'nothing']) {
      const { headers } = await page.get(file);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('the path without a slash leads to the one with it', async () => {
    const { port } = await appWith(adapter);
    const { status, headers } = await send(port, { verb: 'GET', path: '/inspector' });
    expect([status, headers.location]).toEqual([302, 'inspector/']);
  });

  it('the config tells the page where the endpoint is, with the global prefix', async () => {
    const { page } = await appWith(adapter, { showArguments: true }, { prepare: (app) => app.setGlobalPrefix('v1') });
    expect(await page.config()).toMatchObject({
      contract: 1,
      server: { key: null, name: 'app', version: '1.0.0' },
      endpoints: ['/v1/mcp'],
      backend: 'memory',
      ...{ actions: false, showArguments: true, showPrincipals: false, auth: false },
    });
  });

  it('several servers of one application have a page each', async () => {
    const admin = McpModule.forRoot({ server: 'admin', name: 'second', version: '2.0.0', path: '/admin' });
    const both = (app: INestApplication): void => {
      McpInspector.setup('inspector', app);
      McpInspector.setup('admin/inspector', app, { server: 'admin' });
      expect(() => McpInspector.setup('again', app)).toThrow('called twice for one server');
      expect(() => McpInspector.setup('other', app, { server: 'other' })).toThrow('found no server "other"');
    };
    const { port, close } = await nestApp({ imports: [admin] }, { adapter, prepare: both });
    closing.push(close);
    const [one, two] = [new PageClient(port), new PageClient(port, '/admin/inspector')];
    expect((await one.config()).server).toMatchObject({ key: null, name: 'app' });
    expect((await two.config()).server).toMatchObject({ key: 'admin', name: 'second' });
  });

  it('a guard decides about everything, with what Nest injects into it', async () => {
    const { page, port } = await appWith(adapter, { guard: NamedGuard, actions: true }, {}, [Names]);
    for (const file of ['', 'inspector.js', 'api/config', 'api/stream']) {
      const nobody = await page.get(file);
      expect([nobody.status, JSON.parse(nobody.body)]).toEqual([401, { code: 'forbidden', message: 'Who are you?' }]);
      expect((await page.get(file, { 'x-user': 'bob' })).status).toBe(403);
    }
    expect((await page.act('DELETE', 'api/sessions/abc')).status).toBe(401);
    const ada = new PageClient(port, '/inspector', { 'x-user': 'ada' });
    expect((await ada.config()).contract).toBe(1);
    const watching = await ada.watch();
    await watching.event('snapshot');
    await watching.close();
  });

  it('a guard may answer by itself', async () => {
    const guard = {
      canActivate(context: ExecutionContext): boolean {
        const response = context.switchToHttp().getResponse<{ raw?: ServerResponse } & ServerResponse>();
        (response.raw ?? response).writeHead(302, { location: '/login' }).end();
        return false;
      },
    };
    const { page, logs } = await appWith(adapter, { guard });
    const { status, headers } = await page.get();
    expect([status, headers.location]).toEqual([302, '/login']);
    expect(logs.errors).toEqual([]);
  });

  it('the application does not start with a guard that cannot be made', async () => {
    await expect(appWith(adapter, { guard: NamedGuard })).rejects.toThrow("Nest can't resolve dependencies");
  });

  it('a page of another site can neither read nor change anything', async () => {
    const { page, port } = await appWith(adapter, { actions: true });
    const refused = async (headers: Record<string, string>, verb = 'GET', file = 'api/config') =>
      JSON.parse((await page.send(verb, file, headers)).body) as { code: string };
    expect(await refused({ origin: 'https://evil.example' })).toMatchObject({ code: 'not-same-origin' });
    expect(await refused({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ code: 'not-same-origin' });
    expect(await refused({ host: 'evil.example' })).toMatchObject({ code: 'forbidden' });
    expect(await refused({}, 'DELETE', 'api/sessions/abc')).toMatchObject({ code: 'not-same-origin' });
    expect(await refused({}, 'POST', 'api/tasks/abc/cancel')).toMatchObject({ code: 'not-same-origin' });
    const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    expect((await page.get('api/config', own)).status).toBe(200);
  });

  it('sessions can be ended by the page only where that is allowed', async () => {
    const { page, port } = await appWith(adapter);
    await LegacySession.open(port);
    const { status, body } = await page.act('DELETE', 'api/sessions/abc');
    expect([status, JSON.parse(body)]).toMatchObject([403, { code: 'actions-off' }]);
  });

  it('the page lists sessions by a digest, and can end one', async () => {
    const { page, port } = await appWith(adapter, { actions: true });
    const session = await LegacySession.open(port);
    const stream = await session.get();
    const watching = await page.watch();
    const { list } = await watching.event('sessions', ({ list: { sessions } }) => sessions.length === 1);
    const [{ id, caller, revision }] = list.sessions as [(typeof list.sessions)[number]];
    expect({ caller, revision }).toEqual({
      caller: { principal: 'anon', client: 'wire 1' },
      revision: '2025-11-25',
    });
    expect(JSON.stringify(watching.events)).not.toContain(session.id);
    await watching.report(({ streams }) => streams.some((one) => one.session === id));
    expect((await page.act('DELETE', 'api/sessions/unknown')).status).toBe(404);
    const events = new RecordedEvents(['session-end']);
    closing.push(async () => events.close());
    expect((await page.act('DELETE', `api/sessions/${id}`)).status).toBe(204);
    await stream.end();
    expect(await events.next('session-end')).toMatchObject({ session: id, outcome: 'ok', who: { principal: 'anon' } });
    expect((await page.act('DELETE', `api/sessions/${id}`)).status).toBe(404);
    await watching.close();
  });

  it('only so many pages watch one instance', async () => {
    const { page } = await appWith(adapter, { maxWatchers: 1 });
    const watching = await page.watch();
    const second = await page.get('api/stream');
    expect([second.status, JSON.parse(second.body)]).toMatchObject([503, { code: 'too-many-watchers' }]);
    await watching.close();
    const watchAgain = async (): Promise<boolean> => {
      const again = await page.watch().catch(() => undefined);
      await again?.close();
      return again !== undefined;
    };
    await expect.poll(watchAgain).toBe(true);
  });

  it('the streams of pages end when the application closes', async () => {
    const { page, app } = await appWith(adapter);
    closing.length = 0;
    const watching = await page.watch();
    await watching.report();
    await app.close();
    await watching.stream.end();
    expect(watching.stream.complete).toBe(true);
  });
});
