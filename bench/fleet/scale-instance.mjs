/**
 * The Redis side of one instance with very many sessions: what its requests and streams ask of the real stores, without
 * HTTP and sockets.
 */
import { createHash, randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { EventLog, McpModule, McpServer, MessageBroker, SessionStore } from 'nestjs-mcp-fleet';
import { moduleWith } from '../harness/nest.mjs';
import { pace, payload } from '../harness/offer.mjs';
import { cpuMicros, serveOrders } from '../harness/orders.mjs';
import { percentile } from '../harness/statistics.mjs';
import { LEGACY } from '../forms.mjs';

const CONCURRENCY = 256;
const STANDALONE = 'g';
/** Of one read of a stream. */
const PAGE = 200;

const options = JSON.parse(process.env.BENCH_OPTIONS);
const app = await NestFactory.createApplicationContext(
  moduleWith({ imports: [McpModule.forRoot({ name: 'bench', version: '1.0.0', ...options })] }),
  { logger: ['error', 'fatal'] },
);
const [store, log, broker, server] = [SessionStore, EventLog, MessageBroker, McpServer].map((part) => app.get(part));
const sessions = [];

/** Each session is that of another user. */
const newRecord = () => ({
  principal: createHash('sha256').update(randomUUID()).digest('base64url').slice(0, 32),
  id: randomUUID(),
  revision: LEGACY,
  clientInfo: { name: 'an-assistant', version: '1.0.0' },
  clientCapabilities: { elicitation: {}, sampling: {} },
  initialized: false,
});

/** As `initialize`, `notifications/initialized` and GET do it. */
async function open() {
  const record = newRecord();
  await store.create(record);
  await store.update(record, { initialized: true });
  await store.load(record);
  if ((await log.claim(record, STANDALONE)) !== 1) throw new Error('The stream of a new session was claimed before.');
  await broker.subscribe(log.channel(record), () => {});
  sessions.push(record);
}

const STEPS = {
  open,
  /** What keeps the session of an open stream alive. */
  heartbeat: (n) => store.load(sessions[n]),
  /** What an open stream reads while it is quiet. */
  selfCheck: (n) => log.read(sessions[n], STANDALONE, '0-0', PAGE),
  /** To the newest sessions, which got none before. */
  message: (n) => server.sendToSession(sessions.at(-1 - n).id, { level: 'error', data: payload('') }),
  broadcast: () => server.broadcast({ level: 'error', data: payload('') }),
};

serveOrders({
  /** Does one step for `count` sessions, many at a time. */
  async each({ step, count, concurrency = CONCURRENCY }) {
    let next = 0;
    const worker = async () => {
      while (next < count) await STEPS[step](next++);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
  },
  /** Does steps at constant rates for some time, which finds what they wait for. */
  async pace({ rates, ms }) {
    const waits = [];
    const timed = async (step, n) => {
      const from = performance.now();
      await STEPS[step](n % sessions.length);
      waits.push(performance.now() - from);
    };
    await Promise.all(Object.entries(rates).map(([step, rate]) => pace((n) => timed(step, n), { ms, rate })));
    return { p50Ms: percentile(waits, 50), p99Ms: percentile(waits, 99) };
  },
  cpu: () => ({ cpuMicros: cpuMicros() }),
  channels: () => ({ channels: broker.sizes.channels }),
});
process.send({});
