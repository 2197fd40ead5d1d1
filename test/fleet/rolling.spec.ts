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

const DRAIN_MS = 5000;
const LISTENERS = times(40, 200);
const ROUNDS = times(1, 3);

let redis: RedisServer;
/** Takes no part in the rolling, and no requests. */
let speaker: ChildInstance;
let instances: ChildInstance[];
let balancer: Balancer;
let port: number;
const redisPrefix = newNamespace();
const start = () => ChildInstance.start({ redis: redis.url, redisPrefix, drainTimeoutMs: DRAIN_MS, streamAfterMs: 50 });

beforeAll(async () => {
  redis = await RedisServer.start();
  [speaker, ...instances] = (await Promise.all([start(), start(), start(), start()])) as [
    ChildInstance,
    ...ChildInstance[],
  ];
  balancer = await Balancer.start(instances, 0);
  port = Number(new URL(balancer.url).port);
});
afterAll(async () => {
  await balancer?.close();
  await Promise.all([speaker, ...(instances ?? [])].map((instance) => instance?.kill()));
  await redis?.dispose();
});

/** Hears one session's standing stream, and does as it is told when that ends. */
class Listener {
  readonly heard: number[] = [];
  /** What it was told to wait, each time its stream ended. */
  readonly told: number[] = [];
  readonly refusals: unknown[] = [];
  #stopped = false;
  #cursor: string | undefined;

  constructor(readonly session: LegacySession) {}

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const stream = await this.session.get(this.#cursor);
        const stop = setInterval(() => this.#stopped && void stream.close(), 50);
        await stream.end(600_000);
        clearInterval(stop);
        for (const { params } of stream.messages) this.heard.push(Number(params!.data));
        this.#cursor = stream.lastEventId ?? this.#cursor;
        if (this.#stopped) return;
        const { retry } = stream.frames.at(-1)!;
        this.told.push(retry!);
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
      let said = 0;
      const producer = (async () => {
        for (; !over; said++) {
          await Promise.all(listeners.map(({ session }) => speaker.say(session.id, `${said}`)));
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
      await Promise.all([...load, producer]);
      const complete = Array.from({ length: said }, (_, n) => n);
      await pause(6000);
      for (const listener of listeners) listener.stop();
      await Promise.all(listening);
      expect(failures).toEqual([]);
      expect(listeners.flatMap(({ refusals }) => refusals)).toEqual([]);
      for (const { heard } of listeners) expect(heard).toEqual(complete);
      expect(Math.max(...exits)).toBeLessThan(DRAIN_MS + 1000);
      const told = listeners.flatMap((listener) => listener.told);
      expect(told.length).toBeGreaterThan(LISTENERS * ROUNDS);
      const perSecond = [1, 2, 3, 4].map((second) => told.filter((ms) => Math.floor(ms / 1000) === second).length);
      figure('P8', 'requests under rolling SIGTERM', requests);
      figure('P8', 'requests that failed', failures.length);
      figure('P8', 'exit after SIGTERM, longest', Math.max(...exits), 'ms');
      figure('P8', 'reconnects per second, most to mean', Math.max(...perSecond) / (told.length / 4));
      figure('F2', 'exit after SIGTERM, p50', percentile(exits, 0.5), 'ms');
    },
  );
});
