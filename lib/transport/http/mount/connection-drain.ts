import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** If no request comes for this long, the balancer has noticed which connections it must not use any more, ms. */
const QUIET_MS = 100;
/** The longest wait for unused connections, which browsers open in advance, and for a moment without new ones, ms. */
const LONGEST_MS = 1000;
/** A turn of the event loop without work takes some microseconds, ms. */
const IDLE_TURN_MS = 0.1;
const STEP_MS = 10;
/** How often new connections are looked at, ms. */
const LOOK_MS = 1000;

const known = new WeakMap<Server, ConnectionDrain>();

/**
 * Drains the connections of an HTTP server, so that a shutdown cuts no request (P8). Node's `close()` resets
 * connections that wait to be accepted, and destroys keep-alive connections on which the next request is on its way. A
 * balancer answers each of these with a 502.
 */
export class ConnectionDrain {
  /**
   * The new connections. Those that have been used are dropped with the next look, as a listener on each of them would
   * take memory for as long as it is open.
   */
  readonly #fresh = new Set<Socket>();
  #looks: NodeJS.Timeout | undefined;
  #accepted = 0;
  #lastRequestAt = 0;
  #stopped?: Promise<void>;

  /** One per HTTP server: several MCP servers of one application drain it together. */
  static of(server: Server): ConnectionDrain {
    let connections = known.get(server);
    if (!connections) known.set(server, (connections = new ConnectionDrain(server)));
    return connections;
  }

  private constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#accepted++;
      this.#fresh.add(socket);
      this.#looks ??= setInterval(() => this.#look(), LOOK_MS).unref();
    });
  }

  #look(): void {
    for (const socket of this.#fresh) if (!isUnused(socket)) this.#fresh.delete(socket);
    if (this.#fresh.size > 0) return;
    clearInterval(this.#looks);
    this.#looks = undefined;
  }

  /**
   * Refuses new connections, and resolves when no more requests come over the open ones. Requests that come meanwhile
   * are served, and their responses close the connection.
   */
  stopAccepting(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  /**
   * Waits until no more requests come, then closes idle connections. It is called again after all running work has
   * ended, because the head of an event stream promised to keep its connection, and the next request may be on its way.
   */
  async drainIdle(): Promise<void> {
    const until = performance.now() + LONGEST_MS;
    this.#lastRequestAt = performance.now();
    for (let now = this.#lastRequestAt; (await this.#open()) > 0 && now < until; now = performance.now()) {
      if (now - this.#lastRequestAt >= QUIET_MS && this.#unused().length === 0) break;
      await pause(STEP_MS);
    }
    for (const socket of this.#unused()) socket.destroy();
    this.server.closeIdleConnections?.();
  }

  async #stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.prependListener('request', (_request, response: ServerResponse) => {
      this.#lastRequestAt = performance.now();
      response.shouldKeepAlive = false;
    });
    await this.#acceptQueued(performance.now() + LONGEST_MS);
    // The `close()` of the HTTP server would destroy idle connections at once.
    NetServer.prototype.close.call(this.server);
    await this.drainIdle();
  }

  /**
   * Accepts the connections that the kernel has queued. Each turn of the event loop accepts one of them, and those that
   * are left when the server closes are reset. So the server closes right after a turn without work, in which hardly
   * any connection can have arrived. The pause before makes it unlikely that the process loses its core at that moment.
   */
  async #acceptQueued(until: number): Promise<void> {
    for (;;) {
      await pause(1);
      const before = this.#accepted;
      const since = performance.now();
      await nextTurn();
      const now = performance.now();
      if (now > until) return;
      if (this.#accepted === before && now - since < IDLE_TURN_MS) return;
    }
  }

  #open(): Promise<number> {
    return new Promise((resolve) => this.server.getConnections((_error, count) => resolve(count)));
  }

  #unused(): Socket[] {
    return [...this.#fresh].filter(isUnused);
  }
}

const isUnused = ({ bytesRead, destroyed }: Socket): boolean => bytesRead === 0 && !destroyed;
