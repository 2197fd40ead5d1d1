import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, percentile, times } from '../../fixtures/measurements/figures.js';
import { anonymous } from '../../fixtures/fleet/stream-subscription.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { fleetMember, type FleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { SseFrameParser } from '../../fixtures/clients/sse-frames.js';

const MIB = 1024 * 1024;
const MAX_PENDING = 256 * 1024;
/** Twice as much as the kernel and the instance can buffer for one connection. */
const MESSAGES = times(800, 5000);
const SIZE = 16 * 1024;
const FILLER = 'x'.repeat(SIZE);
const READ_BYTES = 100;
const READ_EVERY_MS = 100;
const timeouts = { timeout: times(60_000, 600_000) };

/** A client that reads one kilobyte per second until `readFast()`. */
class SlowReader {
  readonly numbers: number[] = [];
  cursor: string | undefined;
  ended = false;
  readonly #parser = new SseFrameParser();
  readonly #socket;
  readonly #timer: NodeJS.Timeout;
  #body = '';

  constructor(port: number, session: string) {
    const head = ['GET /mcp HTTP/1.0', 'host: localhost', 'accept: text/event-stream', `mcp-session-id: ${session}`];
    this.#socket = connect({ port, host: '127.0.0.1' }, () => this.#socket.write(`${head.join('\r\n')}\r\n\r\n`));
    this.#socket.on('close', () => (this.ended = true)).on('error', () => undefined);
    this.#socket.on('end', () => (this.ended = true));
    this.#timer = setInterval(() => {
      // `read(n)` returns nothing when less than `n` is buffered.
      const there = Math.max(1, this.#socket.readableLength);
      this.#take(this.#socket.read(Math.min(READ_BYTES, there)) as Buffer | null);
    }, READ_EVERY_MS);
  }

  /** Reads everything as fast as it arrives, until the end. */
  readFast(): void {
    clearInterval(this.#timer);
    this.#socket.on('data', (bytes) => this.#take(bytes as Buffer));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }

  #take(bytes: Buffer | null): void {
    if (!bytes) return;
    let chunk = bytes;
    if (!this.#body.includes('\r\n\r\n')) {
      this.#body += bytes.toString('latin1');
      const end = this.#body.indexOf('\r\n\r\n');
      if (end === -1) return;
      chunk = Buffer.from(this.#body.slice(end + 4), 'latin1');
    }
    for (const { id, data } of this.#parser.push(chunk)) {
      this.cursor = id ?? this.cursor;
      if (id && data) this.numbers.push((JSON.parse(data) as { params: { data: number } }).params.data);
    }
  }
}

describe('F9 a client that reads one kilobyte per second', () => {
  let redis: RedisServer;
  let instance: ChildInstance;
  let writer: FleetMember;
  beforeEach(async () => {
    redis = await RedisServer.start();
    const kept = { maxHistory: 2 * MESSAGES, maxHistoryBytes: 2 * MESSAGES * SIZE };
    const redisPrefix = newNamespace();
    instance = await ChildInstance.start({ redis: redis.url, redisPrefix, maxPendingBytes: MAX_PENDING, ...kept });
    writer = await fleetMember({ redis: redis.url, namespace: `${redisPrefix}:default`, ...kept });
    for (let i = 0; i < 200; i++) await send(instance.port, call('echo', { name: 'warm' }));
  });
  afterEach(async () => {
    await Promise.all([instance.kill(), writer.close()]);
    await redis.dispose();
  });

  const text = (data: number): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'error', data, filler: FILLER },
    });

  /** Sends all messages while another client calls the same instance. @returns its latency, and the memory in use */
  async function sendAndMeasure(session: LegacySession) {
    const took: number[] = [];
    let maxBytes = 0;
    for (let n = 0; n < MESSAGES; n += 10) {
      const numbers = Array.from({ length: 10 }, (_, i) => n + i);
      await Promise.all(numbers.map((i) => writer.log.append(anonymous(session.id), STANDALONE_STREAM, text(i))));
      const since = performance.now();
      expect((await send(instance.port, call('echo', { name: 'other' }))).status).toBe(200);
      took.push(performance.now() - since);
      if (n % 500 === 0) maxBytes = Math.max(maxBytes, await instance.weigh());
    }
    return { p50: percentile(took, 0.5), maxBytes };
  }

  it(
    'F9 a slow client is disconnected without harm to others, memory stays bounded, and it resumes with every message',
    timeouts,
    async () => {
      const session = await LegacySession.open(instance.port);
      const quick = await session.get();
      await quick.frame(({ id }) => id !== undefined);
      const before = await sendAndMeasure(session);
      await quick.message(({ params }) => params?.data === MESSAGES - 1, 20_000);
      await quick.close();
      const base = await instance.weigh();

      const victim = await LegacySession.open(instance.port);
      const slow = new SlowReader(instance.port, victim.id);
      await expect.poll(() => slow.cursor, { timeout: 10_000 }).toBeDefined();
      const beside = await sendAndMeasure(victim);
      for (let i = 0; i < 10; i++) await pause(READ_EVERY_MS);
      expect(slow.ended).toBe(false);
      // Data written before the instance closed the connection still arrives.
      slow.readFast();
      await expect.poll(() => slow.ended, { timeout: 20_000 }).toBe(true);
      expect(slow.numbers.length).toBeLessThan(MESSAGES);

      const all = [...slow.numbers];
      // The rest exceeds the limit of pending bytes, so catching up takes several connections.
      for (let { cursor } = slow; all.length < MESSAGES;) {
        const back = await victim.get(cursor);
        const isDone = () => all.length + back.messages.length >= MESSAGES;
        await Promise.race([back.frame(isDone, 60_000), back.end(60_000)]).catch(() => undefined);
        all.push(...back.messages.map(({ params }) => params!.data as number));
        cursor = back.lastEventId;
        await back.close();
      }
      expect(all.length).toBe(MESSAGES);
      expect(all.findIndex((n, i) => n !== i)).toBe(-1);
      const drift = 100 * (beside.maxBytes / base - 1);
      figure('F9', 'said while a client read 1 kB/s', (MESSAGES * SIZE) / MIB, 'MiB');
      figure('F9', 'memory of the instance meanwhile, against before', drift, '%');
      figure('F9', 'latency of others, p50, with a quick client', before.p50, 'ms');
      figure('F9', 'latency of others, p50, with a slow client', beside.p50, 'ms');
      // Far less than the size of all messages, whatever the garbage collector does.
      expect((beside.maxBytes - base) / MIB).toBeLessThan(Math.max(60, (MESSAGES * SIZE) / MIB / 2));
      slow.close();
    },
  );
});
