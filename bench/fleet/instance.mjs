/** One instance of the fleet: a Nest application with the module that sends messages on orders of its parent. */
import { queryObjects } from 'node:v8';
import { NestFactory } from '@nestjs/core';
import { McpModule, McpServer, MessageBroker } from 'nestjs-mcp-fleet';
import { nowMicros, stamp } from '../harness/clock.mjs';
import { fastify, moduleWith } from '../harness/nest.mjs';
import { pace, payload, saturate } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';

const options = JSON.parse(process.env.BENCH_OPTIONS);
const app = await NestFactory.create(
  moduleWith({ imports: [McpModule.forRoot({ name: 'bench', version: '1.0.0', ...options })] }),
  fastify(),
  { logger: ['error', 'fatal'] },
);
await app.listen(0, '127.0.0.1');
const server = app.get(McpServer);
const { constructor: Timer } = setTimeout(() => {}).unref();

const message = () => ({ level: 'error', data: payload(stamp()) });
async function send(id) {
  const outcome = await server.sendToSession(id, message());
  if (outcome !== 'delivered') throw new Error(`The outcome of a message is ${outcome}`);
}

serveOrders({
  saturate: ({ ids, ...order }) => saturate((n) => send(ids[n % ids.length]), order),
  pace: ({ ids, ...order }) => pace((n) => send(ids[n % ids.length]), order),
  async broadcast() {
    const startedMicros = nowMicros();
    return { reached: await server.broadcast(message()), startedMicros };
  },
  cpu: () => ({ cpuMicros: cpuMicros() }),
  async held() {
    const { channels, listeners } = app.get(MessageBroker).sizes;
    const connections = await new Promise((resolve) =>
      app.getHttpServer().getConnections((_, count) => resolve(count)),
    );
    return { connections, channels, listeners };
  },
  memory() {
    for (let i = 0; i < 3; i++) globalThis.gc();
    const { rss, heapUsed: heap } = process.memoryUsage();
    return { rss, heap };
  },
  /** Visits every object of the heap. With many objects this takes so long that sessions would expire. */
  timers: () => ({ timers: queryObjects(Timer, { format: 'count' }) }),
});
process.send({ port: app.getHttpServer().address().port });
