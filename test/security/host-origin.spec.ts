import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../fixtures/clients/mcp-requests.js';
import { send, sendBytes } from '../fixtures/clients/raw-http.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

/** Spellings of `Host` against the default list: localhost, 127.0.0.1, [::1]. */
const HOSTS: [host: string, allowed: boolean][] = [
  ['localhost', true],
  ['localhost:3000', true],
  ['LOCALHOST', true],
  ['LocalHost:80', true],
  ['127.0.0.1', true],
  ['127.0.0.1:65535', true],
  ['[::1]', true],
  ['[::1]:3000', true],
  ['evil.example', false],
  ['evil.example:3000', false],
  ['localhost.', false],
  ['localhost.:3000', false],
  ['localhost.evil.example', false],
  ['evil.localhost', false],
  ['evillocalhost', false],
  ['localhost@evil.example', false],
  ['evil.example@localhost', false],
  ['user:localhost@evil.example', false],
  ['localhost:', false],
  ['localhost:abc', false],
  ['localhost:-1', false],
  ['localhost:80:80', false],
  ['localhost:123456', false],
  ['localhost/', false],
  ['localhost/evil', false],
  ['localhost?', false],
  ['localhost#', false],
  ['local host', false],
  ['localhost, evil.example', false],
  ['localhost,', false],
  ['http://localhost', false],
  ['//localhost', false],
  ['::1', false],
  ['[::1', false],
  ['[::1]x', false],
  ['[::1].evil.example', false],
  ['[::ffff:127.0.0.1]', false],
  ['[0:0:0:0:0:0:0:1]', false],
  ['[::1%25lo]', false],
  ['127.1', false],
  ['127.0.0.2', false],
  ['2130706433', false],
  ['0x7f000001', false],
  ['0177.0.0.1', false],
  ['0.0.0.0', false],
  ['127.0.0.1.evil.example', false],
  ['localhost%00', false],
  ['localhost%2eevil', false],
  ['*', false],
  ['-localhost', false],
  ['.localhost', false],
  ['l\u00f6calhost', false],
  ['localhost\u00a0', false],
];

/** Spellings of `Origin` against the default: pages of an allowed host, and no others. */
const ORIGINS: [origin: string, allowed: boolean][] = [
  ['http://localhost', true],
  ['https://localhost:8443', true],
  ['HTTP://LOCALHOST', true],
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['https://app.example.com', true],
  ['HTTPS://APP.EXAMPLE.COM', true],
  ['', false],
  ['null', false],
  ['NULL', false],
  ['*', false],
  ['localhost', false],
  ['//localhost', false],
  ['http:/localhost', false],
  ['http:localhost', false],
  ['http://localhost/', false],
  ['http://localhost?', false],
  ['http://localhost#x', false],
  ['http://localhost@evil.example', false],
  ['http://evil.example@localhost', false],
  ['http://localhost.evil.example', false],
  ['http://localhost://evil.example', false],
  ['http://localhost http://evil.example', false],
  ['http://localhost, http://evil.example', false],
  ['https://app.example.com.', false],
  ['https://app.example.com:8443', false],
  ['http://app.example.com', false],
  ['https://app.example.com.evil.example', false],
  ['https://evil.example/https://app.example.com', false],
  ['ws://localhost', false],
  ['file://localhost', false],
  ['file://', false],
  ['chrome-extension://localhost', false],
  ['javascript://localhost', false],
  ['data:text/html,x', false],
  ['http://', false],
  ['http:///localhost', false],
  ['http://localhost\\evil', false],
  ['http://0.0.0.0', false],
  ['http://127.1', false],
  ['http://l\u00f6calhost', false],
];

const STREAM = { accept: 'text/event-stream' };
const PREFLIGHT = { 'access-control-request-method': 'POST' };

describe.each(ADAPTERS)('Host and Origin (SEC1, Z-1) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { allowedOrigins: ['https://app.example.com'] });
  });
  afterAll(() => wire.close());

  it.each(HOSTS)('a request with the Host "%s" is allowed: %s', async (host, allowed) => {
    const reply = await send(wire.port, call('echo', { text: 'x' }, { headers: { host } }));
    // Node itself answers 400 to an invalid header.
    if (allowed) expect(reply.status).toBe(200);
    else expect([400, 403]).toContain(reply.status);
    expect(reply.body.includes('"text":"x"')).toBe(allowed);
  });

  it.each(ORIGINS)('a request with the Origin "%s" is allowed: %s', async (origin, allowed) => {
    const reply = await send(wire.port, call('echo', { text: 'x' }, { headers: { origin } }));
    expect(reply.status).toBe(allowed ? 200 : 403);
    expect(reply.headers['access-control-allow-origin']).toBe(allowed ? origin : undefined);
    expect(reply.body.includes('"text":"x"')).toBe(allowed);
  });

  it.each(['GET', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'HEAD'])(
    'Host and Origin are checked before anything else on %s',
    async (verb) => {
      for (const wrong of [{ host: 'evil.example' }, { origin: 'http://evil.example' }]) {
        const headers = { ...STREAM, ...PREFLIGHT, ...wrong };
        const reply = await send(wire.port, { verb, headers });
        expect(reply.status).toBe(403);
        expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
      }
    },
  );

  it('a request with an empty Host or two Host headers is refused', async () => {
    for (const hosts of ['Host:', 'Host: evil.example\r\nHost: localhost']) {
      const reply = await sendBytes(wire.port, `GET /mcp HTTP/1.1\r\n${hosts}\r\nConnection: close\r\n\r\n`);
      expect(reply).toMatch(/^HTTP\/1\.1 40[03] /);
    }
  });

  it('an HTTP/1.0 request without a Host is refused', async () => {
    const reply = await sendBytes(wire.port, 'GET /mcp HTTP/1.0\r\n\r\n');
    expect(reply).toMatch(/^HTTP\/1\.[01] 403 /);
  });

  it('an absolute request target does not replace the Host', async () => {
    const reply = await sendBytes(
      wire.port,
      'GET http://localhost/mcp HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(reply).toMatch(/^HTTP\/1\.1 40[034] /);
  });

  it('listed hosts replace the default hosts and can include a port', async () => {
    const public_ = await wireApp(adapter, { allowedHosts: ['MCP.example.com', 'only.example.com:8443'] });
    const status = async (host: string) =>
      (await send(public_.port, call('echo', { text: 'x' }, { headers: { host } }))).status;
    expect(await status('mcp.example.com')).toBe(200);
    expect(await status('mcp.EXAMPLE.com:9999')).toBe(200);
    expect(await status('only.example.com:8443')).toBe(200);
    expect(await status('only.example.com')).toBe(403);
    expect(await status('only.example.com:8444')).toBe(403);
    expect(await status('localhost')).toBe(403);
    await public_.close();
  });

  it('dangerouslyAllowAnyHost allows any Host but no unlisted Origin', async () => {
    const open = await wireApp(adapter, { dangerouslyAllowAnyHost: true, allowedOrigins: ['https://app.example.com'] });
    const status = async (headers: Record<string, string>) =>
      (await send(open.port, call('echo', { text: 'x' }, { headers }))).status;
    expect(await status({ host: 'anything.example' })).toBe(200);
    expect(await status({ host: 'anything.example', origin: 'http://anything.example' })).toBe(403);
    expect(await status({ host: 'localhost', origin: 'http://localhost' })).toBe(403);
    expect(await status({ host: 'anything.example', origin: 'https://app.example.com' })).toBe(200);
    await open.close();
  });
});
