import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { listen } from '../requests.mjs';

const LISTENERS = 4000;
const URIS = 5;
/** Connections that are opened at a time. */
const AT_ONCE = 50;
const GIVE_UP_MS = 30_000;

/** No attack: 4000 honest listeners with 5 URIs of their own each, while the connection of the subscriber is cut. */
export async function attack(client, { redis }) {
  const admin = new Redis(redis);
  const listeners = [];
  for (let i = 0; i < LISTENERS; i += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, k) => i + k);
    listeners.push(...(await Promise.all(numbers.map((number) => follow(client.port, number)))));
  }
  // What is measured begins here: the clients are connected.
  process.send('ready');
  const toldMs = [];
  while (!client.isOver || toldMs.length === 0) {
    await pause(1000);
    const since = performance.now();
    for (const listener of listeners) listener.expect(URIS);
    await admin.client('KILL', 'TYPE', 'pubsub');
    await Promise.race([Promise.all(listeners.map(({ told }) => told)), pause(GIVE_UP_MS)]);
    toldMs.push(Math.round(performance.now() - since));
    if (toldMs.length > 20) break;
  }
  client.figures = { listeners: LISTENERS, cuts: toldMs.length, toldWithinMs: Math.max(...toldMs) };
  // What is measured ends here: honest clients do not leave all at once.
  process.send('over');
  await once(process, 'message');
  for (const { socket } of listeners) socket.destroy();
  admin.disconnect();
}

/** One listener, which counts what it is told. */
async function follow(port, number) {
  const resourceSubscriptions = Array.from({ length: URIS }, (_, i) => `item://${number}-${i}`);
  const { headers, body } = listen({ resourceSubscriptions });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST /mcp HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n${body}`);
  const listener = { socket, left: 0, told: undefined };
  let done;
  listener.expect = (count) => {
    listener.left = count;
    listener.told = new Promise((resolve) => (done = resolve));
  };
  await new Promise((acknowledged) => {
    socket.setEncoding('latin1').on('data', (text) => {
      if (text.includes('subscriptions/acknowledged')) acknowledged();
      listener.left -= text.split('resources/updated').length - 1;
      if (listener.left <= 0) done?.();
    });
  });
  return listener;
}
