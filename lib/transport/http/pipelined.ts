import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Responses that wait for their turn on a connection. */
const waiting = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Makes a response that waits behind an earlier one on its connection emit "close" when the connection ends. Node does
 * so only for the response whose turn it is; the requests of the others would run on for nobody, and hold what they
 * hold for ever.
 *
 * @param connection a wrapper that calls the application without a server may have none
 */
export function closeWithConnection(response: ServerResponse, connection: Socket | undefined): void {
  if (!connection || response.socket) return;
  let others = waiting.get(connection);
  if (!others) {
    const all = (others = new Set());
    waiting.set(connection, all);
    connection.once('close', () => {
      for (const one of all) {
        one.destroy();
        one.emit('close');
      }
    });
  }
  const known = others.add(response);
  response.once('socket', () => known.delete(response));
}
