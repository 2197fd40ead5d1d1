import { assertLength, assertList, assertSum, send } from './answers.mjs';
import { httpDelete, httpNotification, httpRequest, SESSION } from './harness/http-request.mjs';
import { prose } from './tools.mjs';

const MODERN = '2026-07-28';
export const LEGACY = '2025-11-25';
const CLIENT_INFO = { name: 'bench', version: '1' };
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
};
const VERSION = { 'mcp-protocol-version': LEGACY };
const ADD = { name: 'add', arguments: { a: 1, b: 2 } };
const INITIALIZE = {
  method: 'initialize',
  params: { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT_INFO },
};

/** A modern request. `headers` are further headers, such as `authorization`. */
export const modern = (method, params = {}, headers = {}) =>
  httpRequest(
    { method, params: { ...params, _meta: META } },
    {
      ...{ 'mcp-protocol-version': MODERN, 'mcp-method': method },
      ...(params.name !== undefined && { 'mcp-name': params.name }),
      ...headers,
    },
  );

export const modernCallWith = (headers) => modern('tools/call', ADD, headers);
export const modernCall = modernCallWith({});

/** Each of these checks a server's answer once and returns the request to load it with. */
export const forms = {
  'call-modern': (port) => checked(port, modernCall, assertSum),
  'list-modern': (port) => checked(port, modern('tools/list'), assertList),
  'call-legacy': async (port) => checked(port, callIn(await legacySession(port)), assertSum),
  'list-legacy': async (port) =>
    checked(port, httpRequest({ method: 'tools/list', params: {} }, await legacySession(port)), assertList),
  cycle: async (port) => {
    await checked(port, callIn(await legacySession(port)), assertSum);
    const session = { ...VERSION, 'mcp-session-id': SESSION };
    return [
      { ...httpRequest(INITIALIZE), opensSession: true },
      httpNotification('notifications/initialized', session),
      callIn(session),
      httpDelete(session),
    ];
  },
};

export const listOf = (count) => (port) =>
  checked(port, modern('tools/list'), (at, request) => assertList(at, request, count));

/** A call with so many bytes of arguments. */
export const callWithText = (bytes) => (port) => {
  const text = prose(bytes);
  const isRight = (at, request) => assertLength(at, request, String(text.length).length);
  return checked(port, modern('tools/call', { name: 'weigh', arguments: { text } }), isRight);
};

/** A call with so many bytes of result. */
export const callForText = (bytes) => (port) =>
  checked(port, modern('tools/call', { name: 'write', arguments: { bytes } }), (at, request) =>
    assertLength(at, request, prose(bytes).length),
  );

const callIn = (session) => httpRequest({ method: 'tools/call', params: ADD }, session);

async function checked(port, request, check) {
  await check(port, request);
  return request;
}

/** The headers of a session; a server without sessions (the bare route) gets the same requests without a session id. */
async function legacySession(port) {
  const { headers } = await send(port, httpRequest(INITIALIZE));
  const id = headers.get('mcp-session-id');
  if (id === null) return VERSION;
  const session = { ...VERSION, 'mcp-session-id': id };
  await send(port, httpNotification('notifications/initialized', session));
  return session;
}
