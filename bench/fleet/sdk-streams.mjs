/** `?kind=get|listen`: the streams of the official SDK. */
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { stamp } from '../harness/clock.mjs';
import { payload } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { memory } from './memory.mjs';
import { SHARED_URI } from './session-socket.mjs';

const kind = new URLSearchParams(process.argv[2]).get('kind');

/** Without the capability, it tells nobody of resources. */
const capabilities = { logging: {}, resources: { subscribe: true } };

function createServer() {
  const server = new McpServer({ name: 'bench', version: '1.0.0' }, { capabilities });
  server.registerResource('shared', SHARED_URI, {}, () => ({ contents: [] }));
  return server;
}

const arms = {
  listen() {
    const handler = createMcpHandler(createServer, { maxSubscriptions: 100_000 });
    return { handle: toNodeHandler(handler), broadcast: () => handler.notify.resourceUpdated(SHARED_URI) };
  },
  get() {
    const sessions = new Map();
    async function open() {
      const server = createServer();
      const transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse: true,
        onsessioninitialized: (id) => sessions.set(id, { server, transport }),
      });
      await server.connect(transport);
      return transport;
    }
    return {
      async handle(request, response) {
        if (request.method === 'GET') response.setHeader('x-bench-first-event', 'none');
        const transport = sessions.get(request.headers['mcp-session-id'])?.transport ?? (await open());
        await transport.handleRequest(request, response);
      },
      async broadcast() {
        const params = { level: 'error', data: payload(stamp()) };
        await Promise.all([...sessions.values()].map(({ server }) => server.sendLoggingMessage(params)));
      },
    };
  },
};

const { handle, broadcast } = arms[kind]();
const server = createHttpServer(handle);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

serveOrders({
  async broadcast() {
    await broadcast();
  },
  cpu: () => ({ cpuMicros: cpuMicros() }),
  memory,
});
