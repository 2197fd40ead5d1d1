import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { announce } from '../harness/serve.mjs';
import { createServer } from './sdk.shared.mjs';

/** The SDK's hand-wired form for sessions of the legacy era, which createMcpHandler does not offer. */
const sessions = new Map();

async function openSession() {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => sessions.set(id, transport),
    onsessionclosed: (id) => sessions.delete(id),
  });
  await createServer().connect(transport);
  return transport;
}

const server = createHttpServer(async (request, response) => {
  const transport = sessions.get(request.headers['mcp-session-id']) ?? (await openSession());
  await transport.handleRequest(request, response);
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
