import { Controller, Get, Module, UnauthorizedException, type CanActivate, type NestModule } from '@nestjs/common';
import type { MiddlewareConsumer, INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpModule } from 'nestjs-mcp-fleet';
import { AccountTools, authApp, METADATA } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { bearerOf } from '../../fixtures/security/auth-requests.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
const open: NestApp[] = [];
beforeEach(async () => void (issuer = await TokenIssuer.start()));
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
  await issuer.close();
});
const opened = async (starting: Promise<NestApp>): Promise<NestApp> => {
  const app = await starting;
  open.push(app);
  return app;
};
const get = (app: NestApp, path: string, headers = {}) => send(app.port, { verb: 'GET', path, headers });

class Nobody implements CanActivate {
  canActivate(): boolean {
    throw new UnauthorizedException();
  }
}

describe.each(ADAPTERS)('the metadata on %s', (adapter) => {
  it('R2, R15 stays at the root under a prefix, versions, a global guard, middleware and CORS of the application', async () => {
    class Protected implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        const refuse = (_request: unknown, response: { statusCode: number; end(): void }): void => {
          response.statusCode = 401;
          response.end();
        };
        consumer.apply(refuse).forRoutes('{*all}');
      }
    }
    Module({})(Protected);
    const resource = 'http://localhost/api/mcp';
    const mcp = McpModule.forRoot({ name: 'a', version: '1', auth: { resource, issuers: [issuer.issuer] } });
    const prepare = (app: INestApplication) =>
      void app.setGlobalPrefix('api').enableCors({ origin: 'https://a.example' });
    const app = await opened(
      nestApp(
        { imports: [mcp, Protected], providers: [{ provide: APP_GUARD, useClass: Nobody }] },
        { adapter, mcp: false, prepare },
      ),
    );
    for (const path of [`${METADATA}/api/mcp`, METADATA]) {
      const reply = await get(app, path, { origin: 'https://anywhere.example' });
      expect(reply).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } });
      expect(JSON.parse(reply.body)).toMatchObject({ resource });
    }
    expect(await get(app, `${METADATA}/mcp`)).not.toMatchObject({ status: 200 });
  });

  it('R3 never repeats the Host of a request', async () => {
    const app = await opened(authApp({ issuers: [issuer.issuer] }, { adapter }));
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const reply = await get(app, METADATA, headers);
    expect(reply.status).toBe(200);
    expect(reply.body).not.toContain('evil');
    const refused = await get(app, '/mcp', { ...headers, host: 'localhost' });
    expect(refused.headers['www-authenticate']).not.toContain('evil');
  });

  it('O-2 of several servers is at their own paths only', async () => {
    const server = (name: string) => {
      const resource = `http://localhost/${name}`;
      const auth = { resource, issuers: [issuer.issuer] };
      return McpModule.forRoot({ server: name, name, version: '1', path: `/${name}`, auth });
    };
    const app = await opened(nestApp({ imports: [server('one'), server('two')] }, { adapter, mcp: false }));
    for (const name of ['one', 'two']) {
      const { body } = await get(app, `${METADATA}/${name}`);
      expect(JSON.parse(body)).toMatchObject({ resource: `http://localhost/${name}` });
    }
    expect((await get(app, METADATA)).status).toBe(404);
  });

  it('a token for one server of an application is refused by the other', async () => {
    const auth = { resource: 'http://localhost/one', issuers: [issuer.issuer] };
    const one = McpModule.forRoot({ server: 'one', name: 'one', version: '1', path: '/one', auth });
    const app = await opened(
      nestApp(
        { imports: [one], providers: [AccountTools] },
        { adapter, mcp: { auth: { ...auth, resource: 'http://localhost/mcp' } } },
      ),
    );
    const headers = await bearerOf(issuer);
    expect(await send(app.port, call('whoami', {}, { headers }))).toMatchObject({ status: 200 });
    expect(await send(app.port, { ...call('whoami', {}, { headers }), path: '/one' })).toMatchObject({ status: 401 });
  });

  it("other well-known paths are the application's", async () => {
    class Others {
      others(): string {
        return 'mine';
      }
    }
    Get('oauth-authorization-server')(
      Others.prototype,
      'others',
      Object.getOwnPropertyDescriptor(Others.prototype, 'others')!,
    );
    Controller('.well-known')(Others);
    const app = await opened(authApp({ issuers: [issuer.issuer] }, { adapter, metadata: { controllers: [Others] } }));
    expect(await get(app, '/.well-known/oauth-authorization-server')).toMatchObject({ status: 200, body: 'mine' });
  });
});
