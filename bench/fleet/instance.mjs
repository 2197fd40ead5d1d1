/** One instance of the fleet: a Nest application with the module that sends messages on orders of its parent. */
import { queryObjects } from 'node:v8';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpModule, McpResource, McpServer, McpTool, MessageBroker } from 'nestjs-mcp-fleet';
import { nowMicros, stamp } from '../harness/clock.mjs';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { fastify, moduleWith } from '../harness/nest.mjs';
import { pace, payload, saturate } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { AddInput } from '../tools.dto.mjs';
import { add, ADD_DESCRIPTION } from '../tools.mjs';
import { memory } from './memory.mjs';
import { SHARED_URI } from './session-socket.mjs';

class Tools {
  add(args) {
    return add(args);
  }
  shared() {
    return 'x';
  }
}
Reflect.defineMetadata('design:paramtypes', [AddInput], Tools.prototype, 'add');
decorateMethod(Tools, 'add', [McpTool({ name: 'add', description: ADD_DESCRIPTION })]);
decorateMethod(Tools, 'shared', [McpResource({ name: 'shared', uri: SHARED_URI })]);
decorateClass(Tools, [Injectable()]);

const options = JSON.parse(process.env.BENCH_OPTIONS);
const app = await NestFactory.create(
  moduleWith({
    imports: [McpModule.forRoot({ name: 'bench', version: '1.0.0', ...options })],
    providers: [Tools],
  }),
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
  /** `get`: a log message to the streams of sessions. `listen`: an update of a resource to those of modern clients. */
  async broadcast({ kind = 'get' }) {
    const startedMicros = nowMicros();
    if (kind === 'get') await server.broadcast(message());
    else await server.resourceUpdated(SHARED_URI);
    return { startedMicros };
  },
  cpu: () => ({ cpuMicros: cpuMicros() }),
  async held() {
    const { channels, listeners } = app.get(MessageBroker).sizes;
    const connections = await new Promise((resolve) =>
      app.getHttpServer().getConnections((_, count) => resolve(count)),
    );
    return { connections, channels, listeners };
  },
  memory,
  /** Visits every object of the heap. With many objects this takes so long that sessions would expire. */
  timers: () => ({ timers: queryObjects(Timer, { format: 'count' }) }),
});
process.send({ port: app.getHttpServer().address().port });
