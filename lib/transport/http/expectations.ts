import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { pathsOf, requestPath } from './request-path.js';

/** The paths of each server's endpoints, which answer `Expect: 100-continue` themselves. */
const expectingPaths = new WeakMap<Server, Set<string>>();
/** Requests whose clients still wait for 100 before they send their bodies. */
const waiting = new WeakSet<IncomingMessage>();

/**
 * `Expect: 100-continue` to the endpoint is answered by its judgement of the head: it sends 100 when it begins to read
 * the body, or refuses. Everywhere else Node's way is kept, which is to send 100 at once (RFC 9110, section 10.1.1). So is
 * it for a path with parameters, and where the application has a listener of its own.
 */
export function answerExpectations(server: Server, path: string): void {
  const known = expectingPaths.get(server);
  const paths = known ?? new Set<string>();
  for (const each of pathsOf(path)) paths.add(each);
  if (known) return;
  expectingPaths.set(server, paths);
  if (server.listenerCount('checkContinue') > 0) return;
  server.on('checkContinue', (request, response) => {
    if (paths.has(requestPath(request.url!))) waiting.add(request);
    else response.writeContinue();
    server.emit('request', request, response);
  });
}

/** Sends 100 to a client that waits for it. A second one would have it send its body again. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect === undefined) return;
  if (waiting.delete(request) && !response.headersSent) response.writeContinue();
}
