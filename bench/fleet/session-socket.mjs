import { once } from 'node:events';
import { connect } from 'node:net';
import { LEGACY, modern } from '../forms.mjs';
import { httpNotification, httpRequest } from '../harness/http-request.mjs';
import { STAMP_LENGTH } from '../harness/clock.mjs';

const PARAMS = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

/** The resource that modern clients listen to. Its name makes the notification as long as a log message is. */
export const SHARED_URI = `bench://${'0'.repeat(STAMP_LENGTH)}/`.padEnd(256, 'x');

/** What comes right before the stamp of a message. */
const BEFORE_STAMP = { get: '"data":"', listen: '"uri":"bench://' };

/**
 * Opens a stream on a socket of its own: that of a new legacy session by GET, or of `subscriptions/listen`.
 *
 * @param kind `get` or `listen`
 * @param arrived called with the stamp of each message
 * @returns the socket, and the `id` of the session
 */
export async function openStream(kind, port, arrived) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const id = await (kind === 'listen' ? listen(socket) : openSession(socket));
  count(socket, BEFORE_STAMP[kind], arrived);
  return { id, socket };
}

async function listen(socket) {
  const filter = { resourceSubscriptions: [SHARED_URI] };
  const { text } = modern('subscriptions/listen', { notifications: filter });
  await exchange(socket, text, (received) => received.includes('notifications/subscriptions/acknowledged'));
}

async function openSession(socket) {
  const { text } = httpRequest({ method: 'initialize', params: PARAMS }, { 'mcp-protocol-version': LEGACY });
  const isWhole = (received) => received.includes('"result"') && /\}(?:\r\n0\r\n\r\n)?$/.test(received);
  const answer = await exchange(socket, text, isWhole);
  const id = /\r\nmcp-session-id: *(\S+)/i.exec(answer)?.[1];
  if (!id) throw new Error(`No session: ${answer}`);
  const session = { 'mcp-protocol-version': LEGACY, 'mcp-session-id': id };
  await exchange(socket, httpNotification('notifications/initialized', session).text, isAccepted);
  await exchange(socket, get(session), isOpen);
  return id;
}

const isAccepted = (received) => received.startsWith('HTTP/1.1 202') && received.includes('\r\n\r\n');

/** This package sends an event with an id as soon as the stream is read; a server without such an event, its head. */
const isOpen = (received) =>
  received.startsWith('HTTP/1.1 200') &&
  received.includes(/\r\nx-bench-first-event: none/i.test(received) ? '\r\n\r\n' : 'id: g_');

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

const get = (session) =>
  [
    'GET /mcp HTTP/1.1',
    'host: 127.0.0.1',
    'accept: text/event-stream',
    ...Object.entries(session).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

function count(socket, beforeStamp, arrived) {
  const found = beforeStamp.length + STAMP_LENGTH;
  let rest = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const text = rest + chunk.latin1Slice();
    let from = 0;
    for (;;) {
      const at = text.indexOf(beforeStamp, from);
      if (at < 0 || at + found > text.length) break;
      from = at + found;
      arrived(text.slice(from - STAMP_LENGTH, from));
    }
    // The rest may contain the beginning of the next stamp.
    rest = text.slice(Math.max(from, text.length - found + 1));
  });
}
