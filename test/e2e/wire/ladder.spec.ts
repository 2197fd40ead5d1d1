import type { OutgoingHttpHeaders } from 'node:http';
import { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CLAIM,
  CLIENT_CAPABILITIES,
  type Id,
  MODERN,
  modern,
  post,
  PROTOCOL_VERSION,
} from '../../fixtures/mcp-requests.js';
import { send, type RawRequest } from '../../fixtures/raw-http.js';
import type { JsonRpc } from '../../fixtures/sse-client.js';
import { ADAPTERS, wireApp, type WireApp } from '../../fixtures/wire-app.js';

/** One rung: what is sent, and the exact answer. */
interface Rung {
  readonly row: string;
  readonly when: string;
  readonly send: (id: Id) => RawRequest;
  readonly status: number;
  readonly code?: number;
  /** What `error.data` holds at least. */
  readonly data?: object;
  readonly headers?: OutgoingHttpHeaders;
  /** Whether an id could be read, and so has to be echoed. Default: true. */
  readonly echoes?: boolean;
}

const message = (id: Id, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params });
const claimed =
  (meta: object, headers: OutgoingHttpHeaders = {}) =>
  (id: Id) =>
    post(message(id, 'tools/list', { _meta: meta }), headers);
const V = 'mcp-protocol-version';
const M = 'mcp-method';

const echo = (headers: OutgoingHttpHeaders) => (id: Id) =>
  modern('tools/call', { name: 'echo', arguments: { text: 'x' } }, { id, headers });
const unknown = (method: string) => ({
  row: '21',
  when: `${method} does not exist in the modern era`,
  send: (id: Id) => modern(method, {}, { id }),
  status: 404,
  code: -32601,
});

const RUNGS: readonly Rung[] = [
  {
    row: '0a',
    when: 'Host is not listed',
    send: echo({ host: 'evil.example' }),
    status: 403,
    echoes: false,
    code: -32600,
  },
  {
    row: '0b',
    when: 'Origin is not listed',
    send: echo({ origin: 'https://evil.example' }),
    status: 403,
    echoes: false,
    code: -32600,
  },
  { row: '0b', when: 'Origin is null', send: echo({ origin: 'null' }), status: 403, echoes: false, code: -32600 },
  {
    row: '0b',
    when: 'Origin cannot be parsed',
    send: echo({ origin: '::' }),
    status: 403,
    echoes: false,
    code: -32600,
  },
  {
    row: '0c',
    when: 'a preflight',
    send: () => ({ verb: 'OPTIONS', headers: { origin: 'http://localhost' } }),
    status: 204,
  },
  ...['PUT', 'PATCH', 'HEAD'].map((verb) => ({
    row: '0d',
    when: `the verb ${verb}`,
    send: () => ({ verb }),
    status: 405,
    headers: { allow: 'GET, POST, DELETE, OPTIONS' },
  })),
  {
    row: '0e',
    when: 'the token is refused',
    send: echo({ authorization: 'Bearer bad' }),
    status: 401,
    echoes: false,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  },
  {
    row: '2',
    when: 'GET without a session',
    send: () => ({ verb: 'GET', headers: { accept: 'text/event-stream' } }),
    status: 400,
    code: -32000,
    echoes: false,
  },
  {
    row: '2',
    when: 'DELETE without a session',
    send: () => ({ verb: 'DELETE' }),
    status: 400,
    code: -32000,
    echoes: false,
  },
  {
    row: '1',
    when: 'a modern GET (A-20)',
    send: () => ({ verb: 'GET', headers: { [V]: MODERN } }),
    status: 405,
    headers: { allow: 'POST, OPTIONS' },
  },
  {
    row: '3',
    when: 'the media type is text/plain',
    send: echo({ 'content-type': 'text/plain' }),
    status: 415,
    code: -32600,
    echoes: false,
  },
  {
    row: '3',
    when: 'the media type only begins with JSON',
    send: echo({ 'content-type': 'application/json-seq' }),
    status: 415,
    code: -32600,
    echoes: false,
  },
  {
    row: '3',
    when: 'there is no media type',
    send: echo({ 'content-type': undefined }),
    status: 415,
    code: -32600,
    echoes: false,
  },
  {
    row: '3',
    when: 'the media type cannot be parsed',
    send: echo({ 'content-type': ';;;' }),
    status: 415,
    code: -32600,
    echoes: false,
  },
  {
    row: '4',
    when: 'the body is too large',
    send: () => post(`"${'x'.repeat(20_000)}"`),
    status: 413,
    code: -32600,
    echoes: false,
  },
  { row: '5', when: 'the body is no JSON', send: () => post('{"jsonrpc":'), status: 400, code: -32700, echoes: false },
  { row: '5', when: 'there is no body', send: () => post(''), status: 400, code: -32700, echoes: false },
  {
    row: '5',
    when: 'the body is not UTF-8',
    send: () => post(Buffer.from('"\xff"', 'latin1')),
    status: 400,
    code: -32700,
    echoes: false,
  },
  { row: '6', when: 'an empty batch', send: () => post([]), status: 400, code: -32600, echoes: false },
  {
    row: '6',
    when: 'a batch with an element that is none',
    send: (id) => post([message(id, 'ping'), 1]),
    status: 400,
    code: -32600,
    echoes: false,
  },
  {
    row: '6',
    when: 'a batch with a claim',
    send: (id) => post([message(id, 'ping', { _meta: CLAIM })]),
    status: 400,
    code: -32600,
    echoes: false,
  },
  {
    row: '7',
    when: 'a batch under the modern header',
    send: (id) => post([message(id, 'ping')], { [V]: MODERN }),
    status: 400,
    code: -32600,
    echoes: false,
  },
  {
    row: '7',
    when: 'a batch under a later legacy header',
    send: (id) => post([message(id, 'ping')], { [V]: '2025-06-18' }),
    status: 400,
    code: -32600,
    echoes: false,
  },
  {
    row: '8',
    when: 'a response under the modern header',
    send: (id) => post({ jsonrpc: '2.0', id, result: {} }, { [V]: MODERN }),
    status: 400,
    echoes: false,
  },
  ...[
    ['a number', () => 5],
    ['null', () => null],
    ['another version of JSON-RPC', (id: Id) => ({ ...message(id, 'ping'), jsonrpc: '1.0' })],
    ['no method', (id: Id) => ({ jsonrpc: '2.0', id })],
    ['a method that is no string', (id: Id) => ({ jsonrpc: '2.0', id, method: 5 })],
    ['params that are a list', (id: Id) => ({ ...message(id, 'ping'), params: [] })],
  ].map(([what, body]) => ({
    row: '9',
    when: `the body is ${String(what)}`,
    send: (id: Id) => post(JSON.stringify((body as (id: Id) => unknown)(id))),
    status: 400,
    code: -32600,
    echoes: !['a number', 'null'].includes(what as string),
  })),
  ...[null, 1.5, {}, [], true, 2 ** 53].map((bad) => ({
    row: '9',
    when: `the id is ${JSON.stringify(bad)}`,
    send: () => post({ ...message(1, 'ping'), id: bad }),
    status: 400,
    code: -32600,
    echoes: false,
  })),
  {
    row: '10',
    when: 'initialize under the modern header',
    send: (id) => post(message(id, 'initialize', {}), { [V]: MODERN }),
    status: 400,
    code: -32020,
  },
  {
    row: '11',
    when: 'initialize without its parameters',
    send: (id) => post(message(id, 'initialize', {})),
    status: 400,
    code: -32602,
  },
  {
    row: '12',
    when: 'the claimed version is no string',
    send: claimed({ ...CLAIM, [PROTOCOL_VERSION]: 5 }),
    status: 400,
    code: -32602,
    data: { invalid: [PROTOCOL_VERSION] },
  },
  {
    row: '12',
    when: 'the capabilities are missing',
    send: claimed({ [PROTOCOL_VERSION]: MODERN }, { [V]: MODERN, [M]: 'tools/list' }),
    status: 400,
    code: -32602,
    data: { invalid: [CLIENT_CAPABILITIES] },
  },
  {
    row: '12',
    when: 'the capabilities are a list',
    send: claimed({ ...CLAIM, [CLIENT_CAPABILITIES]: [] }),
    status: 400,
    code: -32602,
    data: { invalid: [CLIENT_CAPABILITIES] },
  },
  {
    row: '12',
    when: 'the log level is unknown',
    send: claimed({ ...CLAIM, 'io.modelcontextprotocol/logLevel': 'loud' }),
    status: 400,
    code: -32602,
  },
  {
    row: '13',
    when: 'the version header differs',
    send: claimed(CLAIM, { [V]: '2025-11-25', [M]: 'tools/list' }),
    status: 400,
    code: -32020,
  },
  {
    row: '13',
    when: 'the version header differs from an unknown claim',
    send: claimed({ ...CLAIM, [PROTOCOL_VERSION]: 'v999.0.0' }, { [V]: MODERN, [M]: 'tools/list' }),
    status: 400,
    code: -32020,
  },
  {
    row: '13',
    when: 'the version header is repeated (H-10)',
    send: claimed(CLAIM, { [V]: [MODERN, MODERN], [M]: 'tools/list' }),
    status: 400,
    code: -32020,
  },
  {
    row: '14',
    when: 'the method header differs',
    send: claimed(CLAIM, { [V]: MODERN, [M]: 'tools/call' }),
    status: 400,
    code: -32020,
  },
  {
    row: '14',
    when: 'the method header differs in case (H-2)',
    send: claimed(CLAIM, { [V]: MODERN, [M]: 'Tools/List' }),
    status: 400,
    code: -32020,
  },
  {
    row: '14',
    when: 'the method header is Base64 (H-8)',
    send: claimed(CLAIM, { [V]: MODERN, [M]: '=?base64?dG9vbHMvbGlzdA==?=' }),
    status: 400,
    code: -32020,
  },
  {
    row: '15',
    when: 'only the header is modern',
    send: (id) => post(message(id, 'server/discover', {}), { [V]: MODERN }),
    status: 400,
    code: -32602,
    data: { invalid: [PROTOCOL_VERSION, CLIENT_CAPABILITIES] },
  },
  {
    row: '15',
    when: 'only the header is modern, of a version to come',
    send: (id) => post(message(id, 'tools/list'), { [V]: 'v999.0.0' }),
    status: 400,
    code: -32602,
  },
  {
    row: '16',
    when: 'a modern method without any claim',
    send: (id) => post(message(id, 'server/discover')),
    status: 400,
    code: -32602,
  },
  {
    row: '16',
    when: 'a legacy request without a session (G-10)',
    send: (id) => post(message(id, 'tools/list')),
    status: 400,
    code: -32000,
  },
  {
    row: '16',
    when: 'a legacy request with a session nobody has (G-11)',
    send: (id) => post(message(id, 'tools/list'), { 'mcp-session-id': 'nobody' }),
    status: 404,
    code: -32001,
  },
  ...['v999.0.0', '2025-11-25', ''].map((version) => ({
    row: '17',
    when: `the claimed version is "${version}"`,
    send: claimed({ ...CLAIM, [PROTOCOL_VERSION]: version }, { [V]: version, [M]: 'tools/list' }),
    status: 400,
    code: -32022,
    data: { supported: [MODERN], requested: version },
  })),
  {
    row: '17',
    when: 'an unknown version comes before missing headers',
    send: claimed({ ...CLAIM, [PROTOCOL_VERSION]: 'v999' }),
    status: 400,
    code: -32022,
  },
  {
    row: '18',
    when: 'the version header is missing',
    send: claimed(CLAIM, { [M]: 'tools/list' }),
    status: 400,
    code: -32020,
  },
  { row: '19', when: 'the method header is missing', send: claimed(CLAIM, { [V]: MODERN }), status: 400, code: -32020 },
  ...[
    ['is missing', undefined],
    ['differs', 'total'],
    ['differs in case (H-6)', 'Echo'],
    ['is repeated (H-10)', ['echo', 'echo']],
    ['is broken Base64 (B-3)', '=?base64?ZWNobw=?='],
    ['is Base64 with garbage bits (B-3)', '=?base64?ZWNobx==?='],
    ['is Base64 of no UTF-8 (B-3)', '=?base64?/w==?='],
    ['has a sentinel in capitals, a literal (B-1)', '=?BASE64?ZWNobw==?='],
    ['has a sentinel without an end, a literal (B-1)', '=?base64?ZWNobw=='],
  ].map(([what, header]) => ({
    row: '20',
    when: `Mcp-Name ${String(what)}`,
    send: echo({ 'mcp-name': header as string }),
    status: 400,
    code: -32020,
  })),
  {
    row: '20',
    when: 'Mcp-Name of a resource differs',
    send: (id) => modern('resources/read', { uri: 'wire://fixed' }, { id, headers: { 'mcp-name': 'wire://other' } }),
    status: 400,
    code: -32020,
  },
  {
    row: '20',
    when: 'Mcp-Name of a prompt is missing',
    send: (id) => modern('prompts/get', { name: 'greet' }, { id, headers: { 'mcp-name': undefined } }),
    status: 400,
    code: -32020,
  },
  ...[
    'unknown/method',
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'constructor',
    '__proto__',
    '',
  ].map(unknown),
  {
    row: '22',
    when: 'a tool needs a capability',
    send: (id) => modern('tools/call', { name: 'needsSampling' }, { id }),
    status: 400,
    code: -32021,
    data: { requiredCapabilities: { sampling: {} } },
  },
  {
    row: '24',
    when: 'a parameter header is missing (X-5)',
    send: (id) => modern('tools/call', { name: 'route', arguments: { shard: 1 } }, { id }),
    status: 400,
    code: -32020,
  },
  {
    row: '25',
    when: 'an unknown tool',
    send: (id) => modern('tools/call', { name: 'nope' }, { id }),
    status: 200,
    code: -32602,
  },
  {
    row: '25',
    when: 'an unknown prompt',
    send: (id) => modern('prompts/get', { name: 'nope' }, { id }),
    status: 200,
    code: -32602,
  },
  {
    row: '25',
    when: 'an unknown resource',
    send: (id) => modern('resources/read', { uri: 'wire://nope' }, { id }),
    status: 200,
    code: -32602,
    data: { uri: 'wire://nope' },
  },
  {
    row: '25',
    when: 'a reader that finds nothing',
    send: (id) => modern('resources/read', { uri: 'wire://item/none' }, { id }),
    status: 200,
    code: -32602,
    data: { uri: 'wire://item/none' },
  },
  {
    row: '25',
    when: 'a bad cursor',
    send: (id) => modern('tools/list', { cursor: 'x' }, { id }),
    status: 200,
    code: -32602,
  },
  {
    row: '25',
    when: 'an empty cursor (T-30)',
    send: (id) => modern('tools/list', { cursor: '' }, { id }),
    status: 200,
    code: -32602,
  },
  {
    row: '25',
    when: 'a listen request without a filter (L-1)',
    send: (id) => modern('subscriptions/listen', {}, { id }),
    status: 200,
    code: -32602,
  },
  {
    row: '26',
    when: 'a tool throws an application error',
    send: (id) => modern('tools/call', { name: 'fail', arguments: { code: 77 } }, { id }),
    status: 200,
    code: 77,
    data: { why: 'test' },
  },
  {
    row: '26',
    when: 'a tool throws an undefined reserved code (C-2)',
    send: (id) => modern('tools/call', { name: 'fail', arguments: { code: -32050 } }, { id }),
    status: 200,
    code: -32603,
  },
  ...[-32002, -32042].map((code) => ({
    row: '26',
    when: `a tool throws the legacy code ${code} (C-3)`,
    send: (id: Id) => modern('tools/call', { name: 'fail', arguments: { code } }, { id }),
    status: 200,
    code: -32602,
  })),
  {
    row: '28',
    when: 'a modern notification by its claim',
    send: () => post({ jsonrpc: '2.0', method: 'notifications/whatever', params: { _meta: CLAIM } }),
    status: 202,
  },
  {
    row: '28',
    when: 'a modern notification by its header',
    send: () => post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, { [V]: MODERN }),
    status: 202,
  },
  {
    row: 'H-5',
    when: 'a stray Mcp-Name is ignored',
    send: (id) => modern('tools/list', {}, { id, headers: { 'mcp-name': 'stray' } }),
    status: 200,
  },
  {
    row: 'H-6',
    when: 'header names come in any case',
    send: (id) =>
      modern(
        'tools/list',
        {},
        { id, headers: { [V]: undefined, [M]: undefined, 'MCP-PROTOCOL-VERSION': MODERN, 'mCP-mETHOD': 'tools/list' } },
      ),
    status: 200,
  },
  { row: 'H-7', when: 'blanks stand around a value', send: echo({ 'mcp-name': '   echo \t ' }), status: 200 },
  {
    row: 'H-8',
    when: 'Mcp-Name is Base64 although it need not be (B-5)',
    send: echo({ 'mcp-name': '=?base64?ZWNobw==?=' }),
    status: 200,
  },
  {
    row: 'S-6',
    when: 'a session id on a modern request is ignored (T-61)',
    send: echo({ 'mcp-session-id': 'nobody' }),
    status: 200,
  },
  {
    row: '3',
    when: 'the media type has parameters',
    send: echo({ 'content-type': 'Application/JSON ; charset=utf-8' }),
    status: 200,
  },
];

class Doorman extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): undefined {
    if (headers.authorization === 'Bearer bad') {
      throw new PrincipalRefusedError(401, 'no', 'Bearer error="invalid_token"');
    }
  }
}

describe.each(ADAPTERS)('Decision ladder (protocol.md §1.2) on %s', (adapter) => {
  let wire: WireApp;
  beforeAll(async () => {
    wire = await wireApp(adapter, {
      maxBodyBytes: 16_384,
      providers: [{ provide: PrincipalResolver, useClass: Doorman }],
    });
  });
  afterAll(() => wire.close());

  it.each(RUNGS)('row $row: $when → $status $code', async (rung) => {
    for (const id of ['text', 7, 0]) {
      const reply = await send(wire.port, rung.send(id));
      expect(reply.status).toBe(rung.status);
      expect(reply.headers).toMatchObject(rung.headers ?? {});
      expect(reply.headers).not.toHaveProperty('mcp-session-id');
      if (reply.body === '') {
        expect(rung.code).toBeUndefined();
        continue;
      }
      const body = JSON.parse(reply.body) as JsonRpc;
      expect(body.jsonrpc).toBe('2.0');
      if (rung.code !== undefined) expect(body.error).toMatchObject({ code: rung.code, message: expect.any(String) });
      if (rung.data) expect(body.error!.data).toMatchObject(rung.data);
      // Absent, never null (C-6), and of the type it came with (C-7).
      if (rung.echoes ?? true) expect(body.id).toBe(id);
      else expect(body).not.toHaveProperty('id');
    }
  });
});
