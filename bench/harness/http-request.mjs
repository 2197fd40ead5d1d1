/** As many digits as the load client writes into the request. */
const PLACEHOLDER_ID = '10000000';

/** The bytes of one POST /mcp, and the offset where the load client writes the id of each request. */
export function httpRequest(message, headers = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: Number(PLACEHOLDER_ID), ...message });
  const lines = [
    'POST /mcp HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
  return { text, body, headers, idOffset: text.length - body.length + body.indexOf(PLACEHOLDER_ID) };
}
