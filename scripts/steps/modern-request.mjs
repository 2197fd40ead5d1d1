/** Requests of the revision 2026-07-28, as headers and a body. */

const META = 'io.modelcontextprotocol/';
const MODERN = '2026-07-28';
const NAMES = { 'tools/call': 'name' };

export const post = (message, headers = {}) => {
  const body = JSON.stringify(message);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': Buffer.byteLength(body),
      ...headers,
    },
  };
};

/** @param meta members of `_meta` beside those of the protocol @param capabilities of the client */
export function modern(method, params = {}, { meta = {}, capabilities = {}, id = 1 } = {}) {
  const claim = { [`${META}protocolVersion`]: MODERN, [`${META}clientCapabilities`]: capabilities };
  const name = params[NAMES[method]];
  return post(
    { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...claim, ...meta } } },
    { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...(name && { 'mcp-name': name }) },
  );
}
