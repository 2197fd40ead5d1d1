import { assertList, assertSum, send } from './answers.mjs';
import { httpRequest } from './harness/http-request.mjs';

export const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';
const CLIENT_INFO = { name: 'bench', version: '1' };
export const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
};
const CALL = { name: 'add', arguments: { a: 1, b: 2 } };

/** A modern call with further headers. */
export const modernCallWith = (headers) =>
  httpRequest(
    { method: 'tools/call', params: { ...CALL, _meta: META } },
    { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'add', ...headers },
  );
export const modernCall = modernCallWith({});
const modernList = httpRequest(
  { method: 'tools/list', params: { _meta: META } },
  { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
);

/** The measured forms: each prepares a server, checks its answer once and returns the request. */
export const forms = {
  'call-modern': async (port) => checked(port, modernCall, assertSum),
  'list-modern': async (port) => checked(port, modernList, assertList),
  'call-legacy': async (port) =>
    checked(port, httpRequest({ method: 'tools/call', params: CALL }, await legacySession(port)), assertSum),
  'list-legacy': async (port) =>
    checked(port, httpRequest({ method: 'tools/list', params: {} }, await legacySession(port)), assertList),
};

async function checked(port, request, check) {
  await check(port, request);
  return request;
}

/** The headers of a session; a server without sessions (the bare route) gets the same requests without a session id. */
async function legacySession(port) {
  const version = { 'mcp-protocol-version': LEGACY };
  const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT_INFO };
  const { headers } = await send(port, httpRequest({ method: 'initialize', params }));
  const id = headers.get('mcp-session-id');
  if (id === null) return version;
  const session = { ...version, 'mcp-session-id': id };
  const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await send(port, { body: initialized, headers: session });
  return session;
}
