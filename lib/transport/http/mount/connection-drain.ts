import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** With no request for so long, a balancer has found out which connections it can use no more. */
const QUIET_MS = 100;
/** For connections that say nothing, which browsers open in advance; and for a moment without any new ones. */
const LONGEST_MS = 1000;
/** An idle turn takes some microseconds. */
const IDLE_TURN_MS = 0.1;
const STEP_MS = 10;

const known = new WeakMap<Server, ConnectionDrain>();

/**
 * How an HTTP server takes its leave without cutting anybody (P8). Node's `close()` resets connections that wait to be
 * accepted, and destroys kept-alive ones on which the next request is under way: for a balancer each is a 502.
 */
export class ConnectionDrain {
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  #lastRequestAt = 0;
  #stopped?: Promise<void>;

  /** One for each server: several MCP servers of one application leave it together. */
  static of(server: Server): ConnectionDrain {
    let connections = known.get(server);
    if (!connections) known.set(server, (connections = new ConnectionDrain(server)));
    return connections;
  }

  private constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#accepted++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /**
   * Refuses new connections, and resolves when those that are open have said what they were about to say. Requests that
   * come meanwhile are served, and tell their connection good-bye.
   */
  stopAccepting(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  /**
   * Resolves when nothing comes any more; idle connections are closed then. Once more when all that ran has ended: the
   * head of an event stream has promised to keep its connection, and the next request may be on its way.
   */
  async drainIdle(): Promise<void> {
    const until = performance.now() + LONGEST_MS;
    this.#lastRequestAt = performance.now();
    for (let now = this.#lastRequestAt; this.#sockets.size > 0 && now < until; now = performance.now()) {
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
    // Not the one of the HTTP server, which destroys idle connections at once.
    NetServer.prototype.close.call(this.server);
    await this.drainIdle();
  }

  /**
   * Each turn of the event loop accepts one of the connections that the kernel has made; those that are left when it
   * closes are reset. So it closes right after a turn that had nothing to do, in which hardly one can have come; and
   * after a pause, since a process that has rested is not likely to be put aside just then.
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

  #unused(): Socket[] {
    return [...this.#sockets].filter(({ bytesRead }) => bytesRead === 0);
  }
}
