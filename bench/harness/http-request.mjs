/** As many digits as the load client writes into the request. */
const PLACEHOLDER_ID = '10000000';

/** Stands for the session id in the requests of a cycle, which the load client learns from the first answer. */
export const SESSION = '$SESSION$';

/** The bytes of one POST /mcp, and the offset where the load client writes the id of each request. */
export function httpRequest(message, headers = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: Number(PLACEHOLDER_ID), ...message });
  const head = headOf('POST', { 'content-length': Buffer.byteLength(body), ...headers });
  return { text: head + body, body, headers, idOffset: head.length + body.indexOf(PLACEHOLDER_ID) };
}

/** A notification, which is answered without a result. */
export function httpNotification(method, headers = {}) {
  const body = JSON.stringify({ jsonrpc: '2.0', method });
  const head = headOf('POST', { 'content-length': Buffer.byteLength(body), ...headers });
  return { text: head + body, body, headers, isAnswered: false };
}

/** The DELETE that ends a session. */
export const httpDelete = (headers = {}) => ({ text: headOf('DELETE', headers), headers, isAnswered: false });

function headOf(verb, headers) {
  const lines = [
    `${verb} /mcp HTTP/1.1`,
    'host: 127.0.0.1',
    ...(verb === 'POST' ? ['content-type: application/json'] : []),
    'accept: application/json, text/event-stream',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
