/** The clients, in their own process: legacy sessions with open streams that count messages. */
import { Arrivals } from '../harness/arrivals.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { openSession } from './session-socket.mjs';

const CONCURRENCY = 50;
const arrivals = new Arrivals();
const sessions = [];

serveOrders({
  async open({ port, count }) {
    let left = count;
    const worker = async () => {
      while (left-- > 0) sessions.push(await openSession(port, (stamp) => arrivals.arrived(stamp)));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return { ids: sessions.map(({ id }) => id) };
  },
  reset: () => arrivals.reset(),
  all: ({ expected }) => arrivals.all(expected),
  cpu: () => ({ cpuMicros: cpuMicros() }),
  /** Closes all sockets without ending the sessions. */
  disconnect() {
    for (const { socket } of sessions.splice(0)) socket.destroy();
  },
});
process.send({});
