/**
 * The load client, in its own process: keep-alive sockets that send one prepared request after the other without
 * pipelining. It handles bytes directly, so that it costs less than any server it measures.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { ResponseReader } from './response-reader.mjs';

const ID_DIGITS = 8;
let sockets = [];
let nextId = 10 ** (ID_DIGITS - 1);
let running = false;
let answered = 0;
let refused = 0;
let inFlight = 0;
let drained = () => {};

process.on('message', async (order) => process.send(await orders[order.do](order)));
process.on('disconnect', () => process.exit(0));

const orders = {
  async open({ port, count, request }) {
    sockets = await Promise.all(Array.from({ length: count }, () => openSocket(port, request)));
    return {};
  },
  async run({ ms }) {
    answered = refused = 0;
    running = true;
    setTimeout(() => (running = false), ms);
    const allAnswered = new Promise((resolve) => (drained = resolve));
    for (const socket of sockets) socket.fire();
    await allAnswered;
    return { answered, refused };
  },
  async close() {
    for (const socket of sockets) socket.destroy();
    return {};
  },
};

async function openSocket(port, { text, idOffset }) {
  const request = Buffer.from(text);
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  // Every request has its own id, because a legacy session may have only one request of an id in flight.
  socket.fire = () => {
    inFlight++;
    request.write(String(nextId++), idOffset, 'latin1');
    socket.write(request);
  };
  const reader = new ResponseReader((succeeded) => {
    inFlight--;
    answered++;
    if (!succeeded) refused++;
    if (running) socket.fire();
    else if (inFlight === 0) drained();
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('close', () => reader.pending && process.exit(3));
  return socket;
}
