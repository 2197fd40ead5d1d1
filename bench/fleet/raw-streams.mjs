/**
 * `?kind=get|listen`: what streams cost without any protocol. Each request is answered by a stream, and a broadcast
 * writes one prepared buffer to each of them.
 */
import { createServer } from 'node:http';
import { stamp } from '../harness/clock.mjs';
import { payload } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { memory } from './memory.mjs';
import { SHARED_URI } from './session-socket.mjs';

const HEAD = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-bench-first-event': 'none' };
const kind = new URLSearchParams(process.argv[2]).get('kind');
const streams = new Set();

const notification = (method, params) => JSON.stringify({ jsonrpc: '2.0', method, params });

function openStream(response, first) {
  response.writeHead(200, HEAD);
  response.flushHeaders();
  if (first) response.write(`data: ${first}\n\n`);
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

const server = createServer((request, response) => {
  request.resume();
  if (kind === 'listen') return openStream(response, notification('notifications/subscriptions/acknowledged', {}));
  if (request.method === 'GET') return openStream(response);
  if (request.headers['mcp-session-id'] === undefined) {
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'none' });
    return response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  }
  return response.writeHead(202).end();
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

const message = {
  get: () => notification('notifications/message', { level: 'error', data: payload(stamp()) }),
  listen: () => notification('notifications/resources/updated', { uri: SHARED_URI }),
};

serveOrders({
  broadcast() {
    const frame = Buffer.from(`id: g_1-0\ndata: ${message[kind]()}\n\n`);
    for (const response of streams) response.write(frame);
  },
  cpu: () => ({ cpuMicros: cpuMicros() }),
  memory,
});
