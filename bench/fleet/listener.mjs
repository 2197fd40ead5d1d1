/** The clients, in their own process: legacy sessions with their streams open, which count what arrives. */
import { Arrivals } from '../harness/arrivals.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { openSession } from './session-socket.mjs';

const AT_ONCE = 50;
const arrivals = new Arrivals();
const sessions = [];

serveOrders({
  async open({ port, count }) {
    let left = count;
    const lane = async () => {
      while (left-- > 0) sessions.push(await openSession(port, (stamp) => arrivals.arrived(stamp)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return { ids: sessions.map(({ id }) => id) };
  },
  reset: () => arrivals.reset(),
  all: ({ expected }) => arrivals.all(expected),
  cpu: () => ({ cpuMicros: cpuMicros() }),
  /** Without a good-bye. */
  vanish() {
    for (const { socket } of sessions.splice(0)) socket.destroy();
  },
});
process.send({});
