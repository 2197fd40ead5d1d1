import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Injectable } from '@nestjs/common';
import { McpModule, PrincipalResolver, type AuthOptions, type McpModuleOptions } from 'nestjs-mcp-fleet';
import { authApp, RESOURCE } from '../../fixtures/applications/auth-app.js';
import { nestApp, startError, type NestAppOptions } from '../../fixtures/applications/nest-app.js';
import { BearerPrincipals } from '../../fixtures/security/bearer-principals.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

let issuer: TokenIssuer;
beforeAll(async () => void (issuer = await TokenIssuer.start()));
afterAll(() => issuer.close());

const ISSUERS = ['https://login.example.com'];

describe('the option auth', () => {
  it.each<[Record<string, unknown>, string]>([
    [{}, 'requires "resource"'],
    [{ resource: '/mcp' }, 'requires "resource"'],
    [{ resource: 'http://api.example.com/mcp' }, 'requires "resource" to begin with https'],
    [{ resource: 'https://api.example.com/mcp/' }, 'no slash at its end'],
    [{ resource: 'https://api.example.com/mcp#x' }, 'no user, query or fragment'],
    [{ resource: 'https://api.example.com/mcp?x=1' }, 'no user, query or fragment'],
    [{ resource: 'https://a:b@api.example.com/mcp' }, 'no user, query or fragment'],
    [{ issuers: [] }, 'requires "issuers"'],
    [{ issuers: ['login.example.com'] }, 'requires "issuer" to be an https URL'],
    [{ issuers: ['http://login.example.com'] }, 'requires "issuer" to be an https URL'],
    [{ issuers: [...ISSUERS, ...ISSUERS] }, 'has the issuer "https://login.example.com" twice'],
    [{ issuers: [{ issuer: ISSUERS[0], algorithms: ['HS256'] }] }, 'has the algorithm "HS256"'],
    [{ issuers: [{ issuer: ISSUERS[0], algorithms: ['none'] }] }, 'has the algorithm "none"'],
    [{ issuers: [{ issuer: ISSUERS[0], jwks: 'x' }] }, 'has no field "jwks"'],
    [{ issuers: [{ issuer: ISSUERS[0], audience: [] }] }, 'at least one audience'],
    [{ issuers: [{ issuer: ISSUERS[0], introspection: { clientId: 'a' } }] }, 'clientSecret'],
    [
      { issuers: [{ issuer: ISSUERS[0], introspection: { clientId: 'a', clientSecret: 'b', cacheMs: 90_000 } }] },
      'from 0 to 60000',
    ],
    [{ requiredScopes: 'mcp' }, 'requires "requiredScopes" to be a list of texts'],
    [{ requiredScopes: ['a b'] }, 'no token can have: "a b"'],
    [{ requiredScopes: ['offline_access'] }, 'must not have "offline_access"'],
    [{ anonymous: true }, 'requires "anonymous" to be false or "public-only"'],
    [{ audienceMode: 'some' }, 'requires "audienceMode"'],
    [{ dpop: true }, 'requires "dpop"'],
    [{ principal: 'sub' }, 'requires "principal" to be a function'],
    [{ metadata: { name: 'x' } }, 'has no field "name"'],
    [{ issuerTimeoutMs: 0 }, 'requires "issuerTimeoutMs"'],
    [{ clientId: 'x' }, 'has no field "clientId"'],
  ])('R3, R10, R13 %j is refused: %s', (fields, message) => {
    const valid = 'resource' in fields || Object.keys(fields).length === 0 ? {} : { resource: 'https://a.example/mcp' };
    const auth = { issuers: ISSUERS, ...valid, ...fields } as unknown as AuthOptions;
    expect(() => McpModule.forRoot({ name: 'a', version: '1', auth })).toThrow(message);
  });

  it('takes http for other machines if it is told to', () => {
    const auth = {
      resource: 'http://mcp.internal/mcp',
      issuers: ['http://login.internal'],
      dangerouslyAllowHttp: true,
    };
    expect(() => McpModule.forRoot({ name: 'a', version: '1', auth })).not.toThrow();
  });
});

describe('an application with the option auth', () => {
  const errorOf = (mcp: Partial<McpModuleOptions>, options: NestAppOptions = {}): Promise<string> =>
    startError({}, { ...options, mcp: { auth: { resource: RESOURCE, issuers: [issuer.issuer] }, ...mcp } });

  it.each([
    ['its resource is a whole host', {}, 'http://localhost'],
    ['the endpoint is elsewhere', { path: '/agents' }, RESOURCE],
    ['its resource is below the endpoint', {}, 'http://localhost/mcp/tools'],
  ])('R3 does not start if %s', async (_title, mcp, resource) => {
    const error = await errorOf({ ...mcp, auth: { resource, issuers: [issuer.issuer] } });
    expect(error).toContain(`has the resource ${resource}, but the endpoint is at`);
  });

  it('R3 does not start if the prefix is missing in its resource', async () => {
    expect(await errorOf({}, { prepare: (app) => void app.setGlobalPrefix('api') })).toContain(
      'the endpoint is at /api/mcp',
    );
  });

  it('R3 starts behind a proxy that takes the beginning of the path away', async () => {
    const app = await authApp({ issuers: [issuer.issuer], resource: 'http://localhost/public/mcp' });
    await app.close();
  });

  it('warns if requests with the host of the resource will be refused', async () => {
    const resource = 'https://api.example.com/mcp';
    const app = await authApp({ issuers: [issuer.issuer], resource });
    expect(app.logs.warnings.join()).toContain('Clients call this server api.example.com');
    await app.close();
    const known = await authApp({ issuers: [issuer.issuer], resource }, { mcp: { allowedHosts: ['API.example.com'] } });
    expect(known.logs.warnings.join()).not.toContain('Clients call this server');
    await known.close();
  });

  it.each(['of the application', 'of the module'])('does not start with a PrincipalResolver %s', async (whose) => {
    const providers = [{ provide: PrincipalResolver, useClass: BearerPrincipals }];
    const auth = { resource: RESOURCE, issuers: [issuer.issuer] };
    const error =
      whose === 'of the module' ? await errorOf({ providers }) : await startError({ providers }, { mcp: { auth } });
    expect(error).toContain('provides a PrincipalResolver, which would decide instead');
  });

  it('R14 starts without its issuer, and the log tells', async () => {
    const gone = await TokenIssuer.start();
    await gone.close();
    const app = await authApp({ issuers: [gone.issuer] });
    await expect.poll(() => app.logs.warnings.join()).toContain(`cannot be reached (ECONNREFUSED)`);
    await app.close();
  });

  it('asks its issuer for the keys before the first client comes', async () => {
    const early = await TokenIssuer.start();
    const app = await authApp({ issuers: [early.issuer] });
    await expect.poll(() => early.countOf('/jwks')).toBe(1);
    await app.close();
    await early.close();
  });

  it('gets the option from a factory', async () => {
    @Injectable()
    class Config {
      readonly url = RESOURCE;
    }
    const useFactory = ({ url: resource }: Config): McpModuleOptions => ({
      ...{ name: 'a', version: '1' },
      auth: { resource, issuers: [issuer.issuer] },
    });
    class ConfigModule {}
    const config = { module: ConfigModule, providers: [Config], exports: [Config] };
    const mcp = McpModule.forRootAsync({ imports: [config], inject: [Config], useFactory });
    const app = await nestApp({ imports: [mcp] }, { mcp: false });
    expect(app.logs.errors).toEqual([]);
    await app.close();
  });
});
