/** The minimum cost of a delivery: one XADD and one PUBLISH by raw ioredis. */
import { Redis } from 'ioredis';
import { stamp } from '../harness/clock.mjs';
import { pace, payload, saturate } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';

const redis = new Redis(process.env.BENCH_REDIS, { enableAutoPipelining: true });
const send = (channels) => async (n) => {
  const channel = `floor:${n % channels}`;
  const text = payload(stamp());
  const stored = redis.xadd(`${channel}:log`, 'MAXLEN', '~', 1000, '*', 'd', text);
  await Promise.all([stored, redis.publish(channel, text)]);
};

serveOrders({
  saturate: ({ channels, ...order }) => saturate(send(channels), order),
  pace: ({ channels, ...order }) => pace(send(channels), order),
  cpu: () => ({ cpuMicros: cpuMicros() }),
});
process.send({});
