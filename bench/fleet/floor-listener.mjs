/** The receiving end of the floor: a subscriber that counts messages. */
import { Redis } from 'ioredis';
import { Arrivals } from '../harness/arrivals.mjs';
import { STAMP_LENGTH } from '../harness/clock.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';

const redis = new Redis(process.env.BENCH_REDIS);
const arrivals = new Arrivals();
redis.on('message', (_channel, text) => arrivals.arrived(text.slice(0, STAMP_LENGTH)));

serveOrders({
  async open({ channels }) {
    await redis.subscribe(...Array.from({ length: channels }, (_, n) => `floor:${n}`));
  },
  reset: () => arrivals.reset(),
  all: ({ expected }) => arrivals.all(expected),
  cpu: () => ({ cpuMicros: cpuMicros() }),
});
process.send({});
