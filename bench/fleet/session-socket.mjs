import { once } from 'node:events';
import { connect } from 'node:net';
import { httpRequest } from '../harness/http-request.mjs';
import { STAMP_LENGTH } from '../harness/clock.mjs';

const VERSION = '2025-11-25';
const PARAMS = { protocolVersion: VERSION, capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
const BEFORE_STAMP = '"data":"';
const FOUND = BEFORE_STAMP.length + STAMP_LENGTH;

/** Opens a legacy session with its standalone stream on one socket. @param arrived called with the stamp of each message */
export async function openSession(port, arrived) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const { text } = httpRequest({ method: 'initialize', params: PARAMS }, { 'mcp-protocol-version': VERSION });
  const answer = await exchange(socket, text, (received) => received.includes('"result"') && received.endsWith('}'));
  const id = /\r\nmcp-session-id: *(\S+)/i.exec(answer)?.[1];
  if (!id) throw new Error(`No session: ${answer}`);
  const session = { 'mcp-protocol-version': VERSION, 'mcp-session-id': id };
  await exchange(socket, initialized(session), (received) => received.startsWith('HTTP/1.1 202'));
  await exchange(socket, get(session), (received) => received.includes('id: g_'));
  listen(socket, arrived);
  return { id, socket };
}

function exchange(socket, request, isWhole) {
  return new Promise((resolve, reject) => {
    let received = '';
    const failed = () => reject(new Error(`The server closed the connection: ${received}`));
    const onData = (chunk) => {
      received += chunk.latin1Slice();
      if (!isWhole(received)) return;
      socket.off('data', onData).off('close', failed);
      resolve(received);
    };
    socket.on('data', onData).on('close', failed);
    socket.write(request);
  });
}

function initialized(session) {
  const { text } = httpRequest({ method: 'notifications/initialized', id: undefined }, session);
  return text;
}

const get = (session) =>
  [
    'GET /mcp HTTP/1.1',
    'host: 127.0.0.1',
    'accept: text/event-stream',
    ...Object.entries(session).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

function listen(socket, arrived) {
  let rest = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const text = rest + chunk.latin1Slice();
    let from = 0;
    for (;;) {
      const at = text.indexOf(BEFORE_STAMP, from);
      if (at < 0 || at + FOUND > text.length) break;
      from = at + FOUND;
      arrived(text.slice(from - STAMP_LENGTH, from));
    }
    // The rest may contain the beginning of the next stamp.
    rest = text.slice(Math.max(from, text.length - FOUND + 1));
  });
}
