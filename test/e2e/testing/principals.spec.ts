import type { INestApplication } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { PrincipalResolver } from 'nestjs-mcp-fleet';
import { FakeIssuer, mcpClient, TestPrincipals } from 'nestjs-mcp-fleet/testing';
import { AccountTools, RESOURCE } from '../../fixtures/applications/auth-app.js';
import { ADAPTERS } from '../../fixtures/applications/nest-app.js';
import { portlessApp } from '../../fixtures/applications/portless-app.js';

let app: INestApplication | undefined;
afterEach(() => app?.close());

describe.each(ADAPTERS)('the principals of a test on %s', (adapter) => {
  it('as() speaks for a principal whom the application believes', async () => {
    app = await portlessApp(
      { providers: [AccountTools] },
      { adapter, override: (builder) => builder.overrideProvider(PrincipalResolver).useClass(TestPrincipals) },
    );
    const client = mcpClient(app);
    const said = JSON.parse((await client.as({ subject: 'alice', tenant: 'acme' }).callTool('whoami')).text) as object;
    expect(said).toEqual({ issuer: 'https://issuer.test', subject: 'alice', tenant: 'acme' });
    expect(await client.callTool('whoami')).toMatchObject({ text: 'null' });
    await expect(client.as({ subject: 'bob' }).callTool('report')).rejects.toMatchObject({ code: -32602 });
    expect(await client.as({ subject: 'bob', scopes: ['audit:read'] }).callTool('report')).toMatchObject({
      text: 'nothing happened',
    });
    await client.close();
  });

  it('as() says what it needs when it does not know how a principal is authenticated', async () => {
    app = await portlessApp({ providers: [AccountTools] }, { adapter });
    const client = mcpClient(app);
    await expect(client.as({ subject: 'alice' }).callTool('whoami')).rejects.toThrow(
      'does not know how "alice" is authenticated. Give it the option "credentials"',
    );
    await client.close();
  });

  it('a fake issuer gives tokens that a server with the option auth accepts, until its key is forgotten', async () => {
    const issuer = await FakeIssuer.start();
    app = await portlessApp(
      { providers: [AccountTools] },
      { adapter, auth: { resource: RESOURCE, issuers: [issuer.url] } },
    );
    const client = mcpClient(app, { era: 'legacy', credentials: issuer.credentials({ audience: RESOURCE }) });
    const alice = client.as({ subject: 'alice', scopes: ['audit:read'] });
    expect(await alice.callTool('report')).toMatchObject({ text: 'nothing happened' });
    expect(JSON.parse((await alice.callTool('whoami')).text)).toMatchObject({ issuer: issuer.url, subject: 'alice' });
    await expect(client.callTool('whoami')).rejects.toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('resource_metadata') as string },
    });
    const expired = issuer.token({ subject: 'alice' }, { audience: RESOURCE, expiresInS: -600 });
    const stale = client.withHeaders({ authorization: `Bearer ${expired}` });
    await expect(stale.callTool('whoami')).rejects.toMatchObject({ status: 401 });
    await client.close();
    await issuer.close();
  });

  it('a token of a rotated key is valid, and one of a forgotten key is not', async () => {
    const issuer = await FakeIssuer.start();
    const old = issuer.token({ subject: 'alice' }, { audience: RESOURCE });
    issuer.rotateKey();
    const rotated = issuer.token({ subject: 'alice' }, { audience: RESOURCE });
    issuer.rotateKey({ forget: true });
    const newest = issuer.token({ subject: 'alice' }, { audience: RESOURCE });
    app = await portlessApp(
      { providers: [AccountTools] },
      { adapter, auth: { resource: RESOURCE, issuers: [issuer.url] } },
    );
    const client = mcpClient(app);
    const bearing = (token: string) => client.withHeaders({ authorization: `Bearer ${token}` }).callTool('whoami');
    expect(await bearing(newest)).toMatchObject({ isError: false });
    for (const token of [old, rotated]) await expect(bearing(token)).rejects.toMatchObject({ status: 401 });
    await client.close();
    await issuer.close();
  });
});
