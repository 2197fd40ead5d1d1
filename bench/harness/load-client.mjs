/**
 * The load client, in its own process: keep-alive sockets that send prepared requests one after the other without
 * pipelining. It handles bytes directly, so that it costs less than any server it measures.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { SESSION } from './http-request.mjs';
import { ResponseReader } from './response-reader.mjs';

const ID_DIGITS = 8;
let sockets = [];
let nextId = 10 ** (ID_DIGITS - 1);
let running = false;
let answered = 0;
let refused = 0;
let example;
let inFlight = 0;
let drained = () => {};

process.on('message', async (order) => process.send(await orders[order.do](order)));
process.on('disconnect', () => process.exit(0));

const orders = {
  /** Opens `count` sockets, spread over the ports. Each repeats the steps, which are prepared requests. */
  async open({ ports, count, steps }) {
    sockets = await Promise.all(Array.from({ length: count }, (_, n) => openSocket(ports[n % ports.length], steps)));
    return {};
  },
  async run({ ms }) {
    answered = refused = 0;
    example = undefined;
    running = true;
    setTimeout(() => (running = false), ms);
    const allAnswered = new Promise((resolve) => (drained = resolve));
    inFlight = sockets.length;
    for (const socket of sockets) socket.fire();
    await allAnswered;
    return { answered, refused, example };
  },
  async close() {
    for (const socket of sockets) socket.close();
    return {};
  },
};

async function openSocket(port, steps) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return new LoadSocket(socket, steps.map(stepOf));
}

class LoadSocket {
  #at = 0;
  #session = '';

  constructor(socket, steps) {
    this.socket = socket;
    this.steps = steps;
    const reader = new ResponseReader((text) => this.#onResponse(text));
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('close', () => reader.isWaiting && process.exit(3));
  }

  /** Every request has its own id, because a legacy session may have only one request of an id in flight. */
  fire() {
    this.socket.write(this.steps[this.#at].bytes(nextId++, this.#session));
  }

  close() {
    this.socket.destroy();
  }

  #onResponse(text) {
    const step = this.steps[this.#at];
    if (!step.isRight(text)) {
      refused++;
      example ??= text.slice(0, 500);
    }
    if (step.opensSession) this.#session = /\r\nmcp-session-id: *(\S+)/i.exec(text)?.[1] ?? 'none';
    this.#at = (this.#at + 1) % this.steps.length;
    if (this.#at === 0) answered++;
    // A cycle is brought to its end, so that no session stays.
    if (running || this.#at !== 0) this.fire();
    else if (--inFlight === 0) drained();
  }
}

function stepOf({ text, idOffset, isAnswered = true, opensSession = false }) {
  const isRight = isAnswered ? isResult : isAccepted;
  const bytes = Buffer.from(text);
  const prepared = (id) => {
    if (idOffset !== undefined) bytes.write(String(id), idOffset, 'latin1');
    return bytes;
  };
  const inSession = (id, session) => {
    const withId = idOffset === undefined ? text : text.slice(0, idOffset) + id + text.slice(idOffset + ID_DIGITS);
    return withId.replace(SESSION, session);
  };
  return { bytes: text.includes(SESSION) ? inSession : prepared, isRight, opensSession };
}

const isResult = (text) => text.startsWith('HTTP/1.1 200 ') && text.includes('"result"');
const isAccepted = (text) => text.startsWith('HTTP/1.1 20');
