import type { Server } from 'node:http';
import { requestPath } from '../request-path.js';

/** The paths of each server's endpoints, which answer `Expect: 100-continue` themselves. */
const expectingPaths = new WeakMap<Server, Set<string>>();

/**
 * `Expect: 100-continue` to the endpoint is answered by its judgement of the head: it sends 100 when it begins to read
 * the body, or refuses. Everywhere else Node's way is kept, which is to send 100 at once (RFC 9110, section 10.1.1).
 */
export function answerExpectations(server: Server, path: string): void {
  const known = expectingPaths.get(server);
  if (known) return void known.add(path);
  const paths = new Set([path]);
  expectingPaths.set(server, paths);
  if (server.listenerCount('checkContinue') > 0) return;
  server.on('checkContinue', (request, response) => {
    if (!paths.has(requestPath(request.url!))) response.writeContinue();
    server.emit('request', request, response);
  });
}
