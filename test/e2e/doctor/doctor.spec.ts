import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { examine } from '../../../lib/doctor/examine.js';
import type { Findings } from '../../../lib/doctor/finding.js';
import { authApp, METADATA } from '../../fixtures/applications/auth-app.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { Front } from '../../fixtures/network/front.js';
import { TokenIssuer } from '../../fixtures/security/token-issuer.js';

const SIGN_IN = {
  authorization_endpoint: 'https://login.example.com/authorize',
  token_endpoint: 'https://login.example.com/token',
  code_challenge_methods_supported: ['S256'],
  registration_endpoint: 'https://login.example.com/register',
};
const timeoutMs = 2000;

const faults = (found: Findings) => found.all.filter(({ grade }) => grade === 'fault').map(({ text }) => text);
const warnings = (found: Findings) => found.all.filter(({ grade }) => grade === 'warning').map(({ text }) => text);

let front: Front;
beforeEach(async () => {
  front = await Front.start();
});
afterEach(() => front.close());

describe('the doctor of a protected server', () => {
  let issuer: TokenIssuer;
  let app: NestApp;
  beforeEach(async () => {
    issuer = await TokenIssuer.start('/realms/acme');
    issuer.metadata = SIGN_IN;
    app = await authApp({ issuers: [issuer.issuer], resource: front.url, requiredScopes: ['mcp'] });
    front.target = app.port;
  });
  afterEach(async () => {
    await app.close();
    await issuer.close();
  });
  const diagnose = (more = {}) => examine({ url: front.url, timeoutMs, ...more });
  /** The one fault that there is. */
  const fault = async (more = {}) => {
    const found = faults(await diagnose(more));
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  it('finds nothing wrong with one that is right, and uses it with a token in both eras', async () => {
    const token = await issuer.token(front.url, { claims: { scope: 'mcp' } });
    const found = await diagnose({ token });
    expect(faults(found)).toEqual([]);
    // The metadata of this issuer cannot be read by pages.
    expect(warnings(found)).toEqual([expect.stringContaining('cannot be read by web pages')]);
    const good = found.all.filter(({ grade }) => grade === 'good').map(({ about }) => about);
    expect(new Set(good)).toEqual(
      new Set(['endpoint', 'challenge', 'metadata', 'issuer', 'keys', 'cors', 'use', 'stream']),
    );
    await expect.poll(() => app.mcp.health().open).toMatchObject({ streams: 0, requests: 0 });
  });

  it('finds a challenge that a proxy has taken away', async () => {
    front.rewrite = (headers) => delete headers['www-authenticate'];
    expect(await fault()).toContain('has no WWW-Authenticate');
  });

  it('finds a challenge that names another host', async () => {
    front.rewrite = (headers) => {
      const challenge = headers['www-authenticate'];
      if (challenge) headers['www-authenticate'] = challenge.replace(front.origin, 'http://10.0.0.7:3000');
    };
    expect(faults(await diagnose())[0]).toContain('which is not on');
  });

  it('finds metadata behind a login', async () => {
    front.instead.set(`${METADATA}/mcp`, (_, response) => response.writeHead(302, { location: '/login' }).end());
    const { all } = await diagnose();
    const found = all.find(({ grade }) => grade === 'fault')!;
    expect(found.text).toContain('is answered 302');
    expect(found.cure).toContain('let it through');
  });

  it('finds metadata that is not at the root, where some clients look', async () => {
    front.instead.set(METADATA, (_, response) => response.writeHead(404).end());
    const found = await diagnose();
    expect(faults(found)).toEqual([]);
    expect(warnings(found)).toContainEqual(expect.stringContaining(`${METADATA} does not have it as well (404)`));
  });

  it('finds metadata of another resource', async () => {
    const url = front.url.replace('127.0.0.1', 'localhost');
    const found = faults(await diagnose({ url }));
    expect(found).toContainEqual(expect.stringContaining(`clients that were given ${url} stop there`));
  });

  it.each([
    ['that is another', { issuer: 'https://login.example.com' }, 'is the metadata of https://login.example.com'],
    ['without PKCE', { code_challenge_methods_supported: ['plain'] }, 'does not have S256'],
    ['without keys', { jwks_uri: undefined, introspection_endpoint: undefined }, 'has no jwks_uri'],
  ])('finds an issuer %s', async (_name, metadata, text) => {
    issuer.metadata = { ...SIGN_IN, ...metadata };
    expect(await fault()).toContain(text);
  });

  it('finds an issuer that is down', async () => {
    await issuer.close();
    expect(await fault()).toContain('nothing listens there');
    issuer = await TokenIssuer.start();
  });

  it.each([
    ['no keys for signatures', [{ kty: 'oct', k: 'c2VjcmV0' }], 'has no key for signatures'],
    ['private keys', [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }], 'shows private keys'],
  ])('finds an issuer with %s', async (_name, keys, text) => {
    issuer.instead.set('/jwks', (_, response) => void response.end(JSON.stringify({ keys })));
    expect(await fault()).toContain(text);
  });

  it('finds a page that may not call, and says when every page may', async () => {
    expect(await fault({ origin: 'https://app.example.com' })).toContain('may not call the endpoint');
    front.rewrite = (headers) => {
      headers['access-control-allow-origin'] = '*';
      headers['access-control-allow-headers'] = '*';
    };
    front.instead.set('/mcp', (request, response) => {
      if (request.method === 'OPTIONS') {
        response.writeHead(204, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }).end();
      } else {
        response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      }
    });
    expect(warnings(await diagnose())).toContain('Every web page may call the endpoint.');
  });

  it('finds a server that takes any token', async () => {
    front.instead.set('/mcp', (request, response) => {
      if (request.headers.authorization) response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
      else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    });
    expect(faults(await diagnose())[0]).toBe('A token that is not valid is answered 200 and not 401.');
  });

  it('finds what is wrong with the token that it is given', async () => {
    const token = await issuer.token('https://other.example.com/mcp', { claims: { scope: 'mcp' } });
    expect(await fault({ token })).toContain('invalid_token');
  });
});

describe('the doctor of a public server', () => {
  let app: NestApp;
  afterEach(() => app.close());

  @Injectable()
  class Tools {
    @McpTool() hello(): string {
      return 'Hello';
    }
  }

  it('uses it in both eras, and leaves no session behind', async () => {
    app = await nestApp({ providers: [Tools] });
    const found = await examine({ url: `http://127.0.0.1:${app.port}/mcp`, timeoutMs });
    expect(faults(found)).toEqual([]);
    expect(found.all.filter(({ grade }) => grade === 'good').map(({ about }) => about)).toEqual([
      ...['cors', 'use', 'use', 'stream'],
    ]);
    await expect.poll(() => app.mcp.health().open).toMatchObject({ streams: 0, subscriptions: 0, requests: 0 });
    expect(await app.mcp.broadcast({ level: 'info', data: 'anybody?' })).toBe(0);
  });

  it('finds a proxy that buffers streams', async () => {
    app = await nestApp({ providers: [Tools] });
    front.target = app.port;
    front.buffers = true;
    expect(faults(await examine({ url: front.url, timeoutMs: 1000 }))).toEqual([
      'A stream is open, but its first event does not arrive.',
    ]);
  });

  it('finds a host that is not allowed, and tells the option', async () => {
    app = await nestApp({ providers: [Tools] }, { mcp: { allowedHosts: ['api.example.com'] } });
    const { all } = await examine({ url: `http://127.0.0.1:${app.port}/mcp`, timeoutMs });
    expect(all.at(-1)).toMatchObject({ grade: 'fault', cure: expect.stringContaining('allowedHosts') });
  });
});

describe('the doctor of what is no server', () => {
  it.each([
    ['a redirect', 308, { location: 'https://www.example.com/mcp' }, '', 'It redirects to https://www.example.com/mcp'],
    ['nothing at the path', 404, {}, '{"message":"Cannot POST /mcp"}', 'there is no MCP endpoint'],
    ['a page of a login', 200, {}, '<html><title>Sign in</title></html>', 'with a page: "Sign in"'],
    ['a proxy without a server', 502, {}, 'Bad Gateway', 'It answers 502'],
  ])('finds %s', async (_name, status, headers, body, text) => {
    front.instead.set('/mcp', (_, response) => response.writeHead(status, headers).end(body));
    expect(faults(await examine({ url: front.url, timeoutMs }))).toEqual([expect.stringContaining(text)]);
  });

  it('finds a port where nothing listens, and one that never answers', async () => {
    const other = await Front.start();
    await other.close();
    expect(faults(await examine({ url: other.url, timeoutMs }))).toEqual([
      `${other.url} cannot be reached: nothing listens there.`,
    ]);
    front.instead.set('/mcp', () => undefined);
    expect(faults(await examine({ url: front.url, timeoutMs: 200 }))).toEqual([
      `${front.url} cannot be reached: it does not answer in time.`,
    ]);
  });

  it.each(['api.example.com/mcp', 'ftp://api.example.com'])('refuses the URL %s', async (url) => {
    expect(faults(await examine({ url, timeoutMs }))).toEqual([`"${url}" is not the URL of a server.`]);
  });
});
