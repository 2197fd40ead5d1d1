import { LEGACY_REVISIONS, MODERN_REVISION } from '../protocol/revisions.js';
import type { VisitOptions } from './visit.js';

const CLIENT = { name: 'nestjs-mcp-fleet-doctor', version: '1' };
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN_REVISION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': CLIENT,
};

const authorization = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** The first request of a client of the revisions with sessions. */
export function initialize(token?: string): VisitOptions {
  const params = { protocolVersion: LEGACY_REVISIONS[0], capabilities: {}, clientInfo: CLIENT };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  return { method: 'POST', headers: { ...HEADERS, ...authorization(token) }, body };
}

/** A request of the revision without sessions. */
export function modern(method: string, params: object, token?: string): VisitOptions {
  const headers = { 'mcp-protocol-version': MODERN_REVISION, 'mcp-method': method, ...authorization(token) };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } });
  return { method: 'POST', headers: { ...HEADERS, ...headers }, body };
}

/** Ends the session that `initialize` has opened, so that the doctor leaves nothing behind. */
export const end = (session: string, token?: string): VisitOptions => ({
  method: 'DELETE',
  headers: { 'mcp-session-id': session, accept: HEADERS.accept, ...authorization(token) },
});
