import { setTimeout as sleep } from 'node:timers/promises';
import { round } from '../harness/statistics.mjs';
import { roomFor, startInstance, startListener } from './arms.mjs';
import { DEFAULT_TTL_SECONDS, idleFigures } from './idle-figures.mjs';

const sum = (list, read) => list.reduce((total, item) => total + read(item), 0);

const BROADCASTS = 7;

/** Timers of probes and pending replies; leaked sessions would leave thousands. */
const TRANSIENT_TIMERS = 10;

/** Channels of an instance that stay from its first session on: on one it hears of changes of sessions. */
const LASTING_CHANNELS = 1;

/** Two instances, each with half of the sessions open by one client process. */
export class Crowd {
  static async start(redis, options) {
    // Without the measurement of the expiry, the default of an hour.
    const ttl = (options.ttlSeconds || DEFAULT_TTL_SECONDS) * 1000;
    const room = roomFor(options.sessions);
    const own = { sessionIdleTtlMs: ttl, historyTtlMs: ttl, resultTtlMs: ttl, ...room, redisPrefix: 'crowd' };
    const start = () => startInstance(redis, own, 'holder');
    const instances = await Promise.all([start(), start()]);
    const listeners = await Promise.all([startListener(), startListener()]);
    return new Crowd(options, redis, instances, listeners);
  }

  constructor(options, redis, instances, listeners) {
    Object.assign(this, { options, redis, instances, listeners });
  }

  async initial() {
    this.base = { ...(await this.#totals()), ...(await this.#ofAll('timers')) };
    for (const name of ['channels', 'listeners']) this.base[name] += LASTING_CHANNELS * this.instances.length;
    return this.base;
  }

  async opened() {
    const started = performance.now();
    const count = this.options.sessions / 2;
    await Promise.all(
      this.listeners.map(({ process }, n) => process.ask({ do: 'open', port: this.instances[n].port, count })),
    );
    const seconds = (performance.now() - started) / 1000;
    return { perSecond: Math.round(this.options.sessions / seconds) };
  }

  /** Memory of a session beyond the initial memory. */
  async perSession() {
    const now = await this.#totals();
    const of = (name) => (now[name] - this.base[name]) / this.options.sessions;
    return { rssBytes: of('rss'), heapBytes: of('heap'), redisBytes: of('redisMemory'), redisKeys: of('keys') };
  }

  async idle() {
    const { idleSeconds, ttlSeconds } = this.options;
    const before = await this.#cpu();
    await this.redis.forgetCommands();
    await sleep(idleSeconds * 1000);
    const commands = await this.redis.commands();
    const after = await this.#cpu();
    const of = (part) => round((after[part] - before[part]) / 1e6 / idleSeconds, 3);
    const figures = idleFigures(commands, idleSeconds, ttlSeconds || DEFAULT_TTL_SECONDS);
    return { ...figures, instancesCpu: of('instances'), redisCpu: of('redis') };
  }

  /** Measures from the call until the last session has received the message. */
  async broadcast() {
    const allMs = [];
    for (let i = 0; i < BROADCASTS; i++) allMs.push(await this.#broadcastOnce());
    const commands = await this.redis.commandsAbout('{:all}', () => this.#broadcastOnce());
    return { allMs, commands };
  }

  async #broadcastOnce() {
    for (const { process } of this.listeners) await process.ask({ do: 'reset' });
    const { startedMicros } = await this.instances[0].process.ask({ do: 'broadcast' });
    const expected = this.options.sessions / 2;
    const ends = await Promise.all(this.listeners.map(({ process }) => process.ask({ do: 'all', expected })));
    return (Math.max(...ends.map(({ lastMicros }) => lastMicros)) - startedMicros) / 1000;
  }

  /** Disconnects all clients without ending their sessions, and waits until the instances have closed their streams. */
  async disconnected() {
    for (const { process } of this.listeners) await process.ask({ do: 'disconnect' });
    await this.#until(({ connections, channels }) => connections === 0 && channels <= this.base.channels, 60);
  }

  /** Waits until the sessions have expired in Redis. */
  async expired() {
    const started = performance.now();
    await this.#until(({ keys }) => keys <= this.base.keys, this.options.ttlSeconds * 1.5 + 10);
    const seconds = (performance.now() - started) / 1000;
    return { goneAfterSeconds: round(seconds, 1), ...(await this.#totals()), ...(await this.#ofAll('timers')) };
  }

  /** Resources that exceed the initial ones. Memory is not compared, because compiled code stays in memory. */
  leftBehind({ initial, expired }) {
    return ['keys', 'connections', 'channels', 'listeners', 'timers']
      .filter((name) => expired[name] > initial[name] + (name === 'timers' ? TRANSIENT_TIMERS : 0))
      .map((name) => `${expired[name] - initial[name]} ${name}`);
  }

  async stop() {
    await Promise.all([...this.instances, ...this.listeners].map(({ process }) => process.stop()));
  }

  async #held() {
    return { ...(await this.#ofAll('held')), keys: await this.redis.client.dbsize() };
  }

  async #totals() {
    const { used_memory: redisMemory } = await this.redis.info('memory');
    return { ...(await this.#held()), ...(await this.#ofAll('memory')), redisMemory };
  }

  /** The sum of the answers of both instances. */
  async #ofAll(order) {
    const parts = await Promise.all(this.instances.map(({ process }) => process.ask({ do: order })));
    return Object.fromEntries(Object.keys(parts[0]).map((name) => [name, sum(parts, (part) => part[name])]));
  }

  /** Polls until the condition holds or the time is over. */
  async #until(condition, seconds) {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const held = await this.#held();
      if (condition(held) || performance.now() > deadline) return;
      await sleep(1000);
    }
  }

  async #cpu() {
    return { instances: (await this.#ofAll('cpu')).cpuMicros, redis: await this.redis.cpuMicros() };
  }
}
