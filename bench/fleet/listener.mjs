/** The clients, in their own process: open streams that count messages. */
import { Arrivals } from '../harness/arrivals.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { openStream } from './session-socket.mjs';

const CONCURRENCY = 50;
const arrivals = new Arrivals();
const streams = [];

serveOrders({
  /** @returns the ids of the sessions, where there are any */
  async open({ port, count, kind = 'get' }) {
    let left = count;
    const worker = async () => {
      while (left-- > 0) streams.push(await openStream(kind, port, (stamp) => arrivals.arrived(stamp)));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return { ids: streams.map(({ id }) => id) };
  },
  reset: () => arrivals.reset(),
  all: ({ expected }) => arrivals.all(expected),
  cpu: () => ({ cpuMicros: cpuMicros() }),
  /** Closes all sockets without ending the sessions. */
  disconnect() {
    for (const { socket } of streams.splice(0)) socket.destroy();
  },
});
process.send({});
