import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call, modern, post } from '../fixtures/clients/mcp-requests.js';
import { send, sendBytes } from '../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../fixtures/applications/wire-app.js';

const codeOf = (body: string) => (JSON.parse(body) as JsonRpc).error?.code;

/** A header of the application on every response, as security middleware sets them. */
function securityHeaders(app: INestApplication): void {
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('vary', 'Accept-Encoding');
    next();
  });
}

describe.each(ADAPTERS)('HTTP surface on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, { maxBodyBytes: 200_000, maxJsonDepth: 16, prepare: securityHeaders });
  });
  afterAll(() => wire.close());

  describe('SEC10 paths and verbs', () => {
    it.each(['//mcp', '/MCP', '/Mcp', '/mcp//', '/./mcp', '/x/../mcp', '/%6dcp', '/mcp%2f', '/mcp;x', '/mcp#x', '/mc'])(
      'SEC10 the path %s is not the endpoint',
      async (path) => {
        for (const verb of ['POST', 'GET', 'DELETE', 'HEAD']) {
          const reply = await send(wire.port, { ...modern('tools/list'), verb, path });
          expect(reply.status).toBe(404);
          expect(reply.body).not.toContain('"tools"');
        }
      },
    );

    it.each(['/mcp?', '/mcp?x=1', '/mcp?/../x', '/mcp/', '/mcp/?x=1'])(
      'SEC10 the path %s is the endpoint',
      async (path) => {
        expect(await send(wire.port, { ...modern('tools/list'), path })).toMatchObject({ status: 200 });
      },
    );

    it.each(['HEAD', 'PUT', 'PATCH'])('SEC10 the verb %s is answered with 405 and Allow', async (verb) => {
      const reply = await send(wire.port, { verb });
      expect(reply).toMatchObject({ status: 405, headers: { allow: 'GET, POST, DELETE, OPTIONS' }, body: '' });
    });

    it.each(['TRACE', 'PROPFIND', 'SEARCH', 'QUERY'])('SEC10 the verb %s is not served', async (verb) => {
      expect([404, 405, 501]).toContain((await send(wire.port, { ...modern('tools/list'), verb })).status);
    });

    it('SEC10 a verb in lower case is refused', async () => {
      const reply = await sendBytes(wire.port, 'post /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    });
  });

  describe('T-31 CORS', () => {
    const origin = 'http://localhost:5173';

    it('T-31 a preflight is granted every header of the protocol, and Mcp-Param-* headers by name', async () => {
      const asked = 'Content-Type, Mcp-Param-Region,mcp-param-x y, X-Other, MCP-PARAM-Shard';
      const reply = await send(wire.port, {
        verb: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
      });
      expect(reply.status).toBe(204);
      expect(reply.headers['access-control-allow-origin']).toBe(origin);
      expect(reply.headers['access-control-allow-methods']).toBe('GET, POST, DELETE, OPTIONS');
      expect(reply.headers['access-control-allow-headers']!.split(', ')).toEqual([
        'content-type',
        'accept',
        'authorization',
        'mcp-protocol-version',
        'mcp-method',
        'mcp-name',
        'mcp-session-id',
        'last-event-id',
        'mcp-param-region',
        'mcp-param-shard',
      ]);
    });

    it('T-31 a page can read the session id, and Vary keeps the values of others', async () => {
      const reply = await send(wire.port, call('echo', { text: 'x' }, { headers: { origin } }));
      expect(reply.headers['access-control-expose-headers']).toContain('mcp-session-id');
      expect(reply.headers.vary).toBe('Accept-Encoding, Origin');
    });

    it('T-31 a request without an Origin gets no CORS headers', async () => {
      const reply = await send(wire.port, call('echo', { text: 'x' }));
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    });

    it("T-31 the application's own CORS headers are kept and completed so that sessions work", async () => {
      const own = await wireApp(adapter, {
        allowedOrigins: ['https://app.example.com'],
        prepare: (app) => app.enableCors({ origin: 'https://app.example.com', credentials: true }),
      });
      const headers = { origin: 'https://app.example.com' };
      const preflight = await send(own.port, {
        verb: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'mcp-name' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers['access-control-allow-credentials']).toBe('true');
      const reply = await send(own.port, call('echo', { text: 'x' }, { headers }));
      expect(reply.headers['access-control-allow-origin']).toBe('https://app.example.com');
      expect(reply.headers['access-control-allow-credentials']).toBe('true');
      expect(reply.headers['access-control-expose-headers']).toContain('mcp-session-id');
      const stream = await send(own.port, call('speak', { count: 1 }, { headers, meta: { progressToken: 1 } }));
      expect(stream.headers['access-control-allow-origin']).toBe('https://app.example.com');
      await own.close();
    });
  });

  it.each(['controller', 'direct'] as const)(
    "T-31 a page can read the session id beside the headers that the application's own CORS exposes (%s)",
    async (mount) => {
      const origin = 'https://app.example.com';
      const own = await wireApp(adapter, {
        mount,
        allowedOrigins: [origin],
        prepare: (app) => app.enableCors({ origin, exposedHeaders: ['x-request-id'] }),
      });
      for (const request of [
        call('echo', { text: 'x' }, { headers: { origin } }),
        call('speak', { count: 1 }, { headers: { origin }, meta: { progressToken: 1 } }),
        post('{', { origin }),
      ]) {
        const { headers } = await send(own.port, request);
        const exposed = String(headers['access-control-expose-headers']).split(/, ?/);
        expect(exposed).toEqual(['x-request-id', 'mcp-session-id', 'www-authenticate', 'mcp-protocol-version']);
        expect(headers['access-control-allow-origin']).toBe(origin);
        expect(String(headers.vary).match(/origin/gi) ?? []).not.toHaveLength(2);
      }
      await own.close();
    },
  );

  it("headers of the application's hooks are on JSON, streams and refusals alike", async () => {
    const requests = [
      call('echo', { text: 'x' }),
      call('speak', { count: 1 }, { meta: { progressToken: 1 } }),
      post('{'),
      { verb: 'PUT' },
      { verb: 'OPTIONS' },
    ];
    for (const request of requests) {
      expect((await send(wire.port, request)).headers['x-content-type-options']).toBe('nosniff');
    }
  });

  describe('SEC7, SEC8 bodies', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const ping = (extra: string) => `{"jsonrpc":"2.0","id":1,"method":"ping"${extra}}`;

    it.each([
      ['a body of the limit', `"${'x'.repeat(199_998)}"`, 400, -32600],
      ['a body beyond the limit', `"${'x'.repeat(199_999)}"`, 413, -32600],
      ['a body of ten times the limit (F15)', `"${'x'.repeat(2_000_000)}"`, 413, -32600],
      ['JSON of the deepest level', nested(16), 400, -32600],
      ['JSON one level deeper', nested(17), 400, -32700],
      ['JSON a hundred thousand levels deep', nested(100_000), 400, -32700],
      ['objects nested fifteen thousand levels deep', '{"a":'.repeat(15_000), 400, -32700],
      ['a message with a duplicate key', ping(',"method":"tools/list"'), 400, -32700],
      ['a message with a duplicate key, once escaped', ping(',"\\u006dethod":"tools/list"'), 400, -32700],
      ['a message with a nested duplicate key', ping(',"params":{"a":[{"b":1,"b":2}]}'), 400, -32700],
      ['a message with a key in another case', ping(',"Method":"tools/list"'), 400, -32000],
      [
        'a message with braces and colons in a string',
        ping(',"params":{"a":"{\\"x\\":1,[[[[[[[[[[[[[[[[[[["}'),
        400,
        -32000,
      ],
      ['a byte order mark', '\uFEFF{}', 400, -32700],
      ['JSON with trailing text', '{} {}', 400, -32700],
      ['NaN', '{"a":NaN}', 400, -32700],
      ['a comment', '{/**/}', 400, -32700],
      ['an unterminated string', '"abc', 400, -32700],
      ['a string that ends in a backslash', '"abc\\', 400, -32700],
      ['only whitespace', ' \n\t ', 400, -32700],
    ])('SEC7, SEC8 a body is handled as documented when it is %s', async (_what, body, status, code) => {
      const reply = await send(wire.port, post(body));
      expect({ status: reply.status, code: codeOf(reply.body) }).toEqual({ status, code });
    });

    it.each([
      ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
      ['a lone continuation', [0x22, 0x80, 0x22]],
      ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
      ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
      ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ])('SEC7, SEC8 a body with %s is refused as invalid UTF-8', async (_what, bytes) => {
      const reply = await send(wire.port, post(Buffer.from(bytes)));
      expect(reply.status).toBe(400);
      expect(codeOf(reply.body)).toBe(-32700);
    });

    it('SEC7, SEC8 a chunked body counts against the same limit', async () => {
      const { body } = call('echo', { text: 'x' });
      const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
      const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\nMCP-Protocol-Version: 2026-07-28\r\n\r\n`;
      const good = await sendBytes(wire.port, head + [...String(body)].map(chunk).join('') + chunk(''));
      expect(good).toMatch(/^HTTP\/1\.1 200 /);
      const large = await sendBytes(wire.port, head + chunk('x'.repeat(50_000)).repeat(5) + chunk(''));
      expect(large).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('SEC7, SEC8 a body with a content coding is refused by name before it is read', async () => {
      const reply = await send(wire.port, post(Buffer.from([0x1f, 0x8b, 8, 0]), { 'content-encoding': 'gzip' }));
      expect(reply.status).toBe(415);
      expect(reply.body).toContain('Content-Encoding \\"gzip\\" is not supported');
    });

    it('SEC7, SEC8 a body does not change the meaning of DELETE and GET', async () => {
      const session = await LegacySession.open(wire.port);
      const headers = { 'content-type': 'application/json', 'mcp-session-id': session.id };
      expect(await send(wire.port, { verb: 'DELETE', headers, body: '{"no":' })).toMatchObject({ status: 204 });
    });
  });

  describe("T-32 the framework's body parser", () => {
    it("T-32 the framework's body parser does not touch the endpoint and works beside it", async () => {
      const large = await send(wire.port, call('echo', { text: 'x'.repeat(150_000) }));
      expect(large.status).toBe(200);
      expect(large.body).toContain('x'.repeat(150_000));
    });
  });

  describe('SEC9 line injection into responses', () => {
    it('SEC9 ids, texts and progress tokens of a client cannot inject a line into a response', async () => {
      const evil = 'x\r\n\r\nevent: evil\ndata: {}\n\nid: 1\r\n\u2028\u2029\0';
      const reply = await send(wire.port, call('secret', { text: evil }, { id: evil, meta: { progressToken: evil } }));
      const frames = reply.body.split('\n\n').filter(Boolean);
      expect(frames).toHaveLength(2);
      for (const frame of frames) expect(frame).toMatch(/^event: message\ndata: [^\n\r]*$/);
      const session = await LegacySession.open(wire.port);
      const stream = await session.stream('secret', { text: evil }, evil);
      await stream.end();
      expect(stream.messages.at(-1)).toMatchObject({ id: evil, result: { content: [{ text: evil }] } });
    });

    it('SEC9 headers that repeat client input cannot inject a line into a response', async () => {
      for (const header of ['origin', 'mcp-session-id', 'last-event-id', 'access-control-request-headers']) {
        for (const end of ['\n', '\r', '\0']) {
          const bytes = `OPTIONS /mcp HTTP/1.1\r\nHost: localhost\r\n${header}: http://localhost${end}X-Evil: 1\r\nConnection: close\r\n\r\n`;
          const reply = await sendBytes(wire.port, bytes);
          expect(reply.split('\r\n\r\n')[0]!.toLowerCase()).not.toMatch(/^x-evil/m);
        }
      }
    });
  });
});
