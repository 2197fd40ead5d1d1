import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { initialize, inSession } from './requests.mjs';

/** A refused attacker tries again after this time: it wants to do harm, and not to measure how fast it is refused. */
const REFUSED_PAUSE_MS = 20;

/** What one attacker does to one port, and what it was answered. */
export class AttackClient {
  /** How often each status was answered; `cut` for connections that ended without an answer. */
  statuses = {};
  sentBytes = 0;
  /** What the arm itself has measured. */
  figures = {};
  #agent = new Agent({ keepAlive: true });

  /** @param until when to stop, in the time of `performance.now()` */
  constructor(port, until) {
    this.port = port;
    this.until = until;
  }

  get isOver() {
    return performance.now() >= this.until;
  }

  /** Runs some lanes of requests, one after the other in each, until the time is over. */
  async lanes(count, step) {
    const lane = async (number) => {
      while (!this.isOver) {
        const status = await step(number);
        if (status !== 200) await pause(REFUSED_PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: count }, (_, number) => lane(number)));
  }

  /** Sends a request and reads its answer. @returns the status, 0 when the connection was cut */
  async send(request, isPatient = false) {
    return (await this.ask(request, isPatient)).status;
  }

  /**
   * @param isPatient reads the answer to its end; otherwise the connection is left when the time is over
   * @returns status, headers and the beginning of the body
   */
  ask({ headers, body = '' }, isPatient = false) {
    return new Promise((resolve) => {
      const outgoing = request(
        { port: this.port, host: '127.0.0.1', agent: this.#agent, method: 'POST', path: '/mcp', headers },
        (response) => {
          const { statusCode: status } = response;
          let bytes = '';
          response.setEncoding('latin1').on('data', (chunk) => (bytes = (bytes + chunk).slice(0, 10_000)));
          response.on('close', () => resolve(this.#answered({ status, headers: response.headers, body: bytes })));
        },
      );
      outgoing.on('error', () => resolve(this.#answered({ status: 0, headers: {}, body: '' })));
      // Nobody else listens when a connection breaks after its answer, while the rest of the request is being sent.
      outgoing.once('socket', (socket) => outgoing.reusedSocket || socket.on('error', () => {}));
      if (!isPatient) this.#leaveAtEnd(outgoing);
      this.sentBytes += body.length;
      outgoing.end(body);
    });
  }

  /** Sends a request over a connection of its own and never reads the answer. @returns its socket */
  async unread({ headers, body }) {
    const socket = await this.socket();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.pause();
    this.write(socket, `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n${body}`);
    return socket;
  }

  /** A connection that ends with the time. */
  async socket() {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    this.#leaveAtEnd(socket);
    await untilEvent(socket, ['connect', 'close'], 5000);
    return socket;
  }

  /** @returns false when what was written before has to be sent first */
  write(socket, bytes) {
    this.sentBytes += bytes.length;
    return !socket.destroyed && socket.write(bytes);
  }

  /** Opens a legacy session. @returns its id, `undefined` when that was refused */
  async session(revision = '2025-11-25', capabilities = {}) {
    const { status, headers } = await this.ask(initialize({ protocolVersion: revision, capabilities }));
    const id = headers['mcp-session-id'];
    if (status !== 200 || id === undefined) return undefined;
    await this.send(inSession(id, { jsonrpc: '2.0', method: 'notifications/initialized' }));
    return id;
  }

  #answered(answer) {
    const name = answer.status === 0 ? 'cut' : String(answer.status);
    this.statuses[name] = (this.statuses[name] ?? 0) + 1;
    return answer;
  }

  #leaveAtEnd(connection) {
    const timer = setTimeout(() => connection.destroy(), Math.max(0, this.until - performance.now()));
    connection.once('close', () => clearTimeout(timer));
  }
}

/** Waits until one of the events of a connection, or the time given. */
export function untilEvent(socket, events, ms) {
  if (socket.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const event of events) socket.off(event, done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const event of events) socket.on(event, done);
  });
}

/** Waits until a connection ends, or the time given. */
export const untilClosed = (socket, ms) => untilEvent(socket, ['close'], ms);

/** Waits until a connection takes more bytes, ends, or the time given. */
export const untilDrained = (socket, ms) => untilEvent(socket, ['drain', 'close'], ms);
