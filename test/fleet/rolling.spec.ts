import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Balancer } from '../../sample/04-redis-fleet/balancer.js';
import { ChildInstance } from '../fixtures/processes/child-instance.js';
import { collecting, figure, percentile, times } from '../fixtures/measurements/figures.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { call } from '../fixtures/clients/mcp-requests.js';
import { send } from '../fixtures/clients/raw-http.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { SseClient } from '../fixtures/clients/sse-client.js';

const DRAIN_MS = 5000;
const LISTENERS = times(40, 200);
const ROUNDS = times(1, 3);

let redis: RedisServer;
/** Sends the messages. It is not replaced and serves no requests. */
let producer: ChildInstance;
let instances: ChildInstance[];
let balancer: Balancer;
let port: number;
const redisPrefix = newNamespace();
const start = () => ChildInstance.start({ redis: redis.url, redisPrefix, drainTimeoutMs: DRAIN_MS, streamAfterMs: 50 });

beforeAll(async () => {
  redis = await RedisServer.start();
  [producer, ...instances] = (await Promise.all([start(), start(), start(), start()])) as [
    ChildInstance,
    ...ChildInstance[],
  ];
  balancer = await Balancer.start(instances, 0);
  port = Number(new URL(balancer.url).port);
});
afterAll(async () => {
  await balancer?.close();
  await Promise.all([producer, ...(instances ?? [])].map((instance) => instance?.kill()));
  await redis?.dispose();
});

/** Reads the standalone stream of one session and reconnects as the server asks it to. */
class Listener {
  /** The `retry:` of the server, each time a stream ended. */
  readonly retryMs: number[] = [];
  readonly refusals: unknown[] = [];
  readonly #earlier: number[] = [];
  #stream: SseClient | undefined;
  #stopped = false;
  #cursor: string | undefined;

  constructor(readonly session: LegacySession) {}

  /** The numbers it has received so far. */
  get received(): number[] {
    return [...this.#earlier, ...(this.#stream?.messages ?? []).map(({ params }) => Number(params!.data))];
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const stream = (this.#stream = await this.session.get(this.#cursor));
        const stop = setInterval(() => this.#stopped && void stream.close(), 50);
        await stream.end(600_000);
        clearInterval(stop);
        this.#earlier.push(...this.received.slice(this.#earlier.length));
        this.#stream = undefined;
        this.#cursor = stream.lastEventId ?? this.#cursor;
        if (this.#stopped) return;
        const { retry } = stream.frames.at(-1)!;
        this.retryMs.push(retry!);
        await pause(retry);
      } catch (error) {
        this.refusals.push(error);
        await pause(100);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}

describe('P8, F2 a rolling replacement under load', () => {
  it(
    'P8, F2 a rolling replacement fails no request, loses no message, spreads its clients and lets every process exit',
    { timeout: collecting ? 300_000 : 90_000 },
    async () => {
      const failures: unknown[] = [];
      let requests = 0;
      let over = false;
      const modern = async (): Promise<void> => {
        while (!over) {
          const { status, body } = await send(port, call('echo', { name: 'on' })).catch((error) => ({
            status: 0,
            body: String(error),
          }));
          requests++;
          if (status !== 200) failures.push(`modern ${status} ${body}`);
        }
      };
      const legacy = async (): Promise<void> => {
        const session = await LegacySession.open(port);
        for (let n = 0; !over; n++) {
          const stream = await session.stream('work', { ms: 300 }, n).catch((error) => void failures.push(error));
          await stream?.end(20_000);
          requests++;
          if (!stream?.messages.some(({ id, result }) => id === n && result))
            failures.push(`legacy ${n} ${JSON.stringify(stream?.frames)}`);
        }
      };
      const sessions = await Promise.all(Array.from({ length: LISTENERS }, () => LegacySession.open(port)));
      const listeners = sessions.map((session) => new Listener(session));
      const listening = listeners.map((listener) => listener.run());
      const load = [modern(), modern(), legacy(), legacy()];
      let sent = 0;
      const producing = (async () => {
        for (; !over; sent++) {
          await Promise.all(listeners.map(({ session }) => producer.sendLog(session.id, `${sent}`)));
          await pause(50);
        }
      })();

      const exits: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        for (const [i, old] of instances.entries()) {
          const fresh = await start();
          const from = performance.now();
          const ended = old.terminate();
          instances[i] = fresh;
          await ended;
          exits.push(performance.now() - from);
        }
      }
      over = true;
      await Promise.all([...load, producing]);
      // A last message, which each stream delivers after everything that it may still have to deliver before it.
      await Promise.all(listeners.map(({ session }) => producer.sendLog(session.id, `${sent}`)));
      const complete = Array.from({ length: sent + 1 }, (_, n) => n);
      for (const listener of listeners) {
        await expect.poll(() => listener.received.at(-1), { timeout: 15_000 }).toBe(sent);
      }
      for (const listener of listeners) listener.stop();
      await Promise.all(listening);
      expect(failures).toEqual([]);
      expect(listeners.flatMap(({ refusals }) => refusals)).toEqual([]);
      for (const { received } of listeners) expect(received).toEqual(complete);
      expect(Math.max(...exits)).toBeLessThan(DRAIN_MS + 1000);
      const retryMs = listeners.flatMap((listener) => listener.retryMs);
      expect(retryMs.length).toBeGreaterThan(LISTENERS * ROUNDS);
      const perSecond = [1, 2, 3, 4].map((second) => retryMs.filter((ms) => Math.floor(ms / 1000) === second).length);
      figure('P8', 'requests under rolling SIGTERM', requests);
      figure('P8', 'requests that failed', failures.length);
      figure('P8', 'exit after SIGTERM, longest', Math.max(...exits), 'ms');
      figure('P8', 'reconnects per second, most to mean', Math.max(...perSecond) / (retryMs.length / 4));
      figure('F2', 'exit after SIGTERM, p50', percentile(exits, 0.5), 'ms');
    },
  );
});
