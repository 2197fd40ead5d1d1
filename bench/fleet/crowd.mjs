import { setTimeout as pause } from 'node:timers/promises';
import { RedisProcess } from '../harness/redis-process.mjs';
import { median, round } from '../harness/statistics.mjs';
import { startInstance, startListener } from './arms.mjs';
import { idleFigures } from './idle-figures.mjs';

const sum = (list, read) => list.reduce((total, item) => total + read(item), 0);

/** Those of a probe or of a reply that is just awaited; sessions would leave thousands. */
const TIMERS_UNDER_WAY = 10;

/** Two instances, each with half of the sessions open by one client process. */
export class Crowd {
  static async start(options) {
    const redis = await RedisProcess.start();
    const ttl = options.ttlSeconds * 1000;
    const limits = { maxSessions: options.sessions * 2, maxStreams: options.sessions };
    const own = { sessionIdleTtlMs: ttl, historyTtlMs: ttl, resultTtlMs: ttl, ...limits };
    const start = () => startInstance(redis, own, 'holder');
    const instances = await Promise.all([start(), start()]);
    const listeners = await Promise.all([startListener(), startListener()]);
    return new Crowd(options, redis, instances, listeners);
  }

  constructor(options, redis, instances, listeners) {
    Object.assign(this, { options, redis, instances, listeners });
  }

  async atFirst() {
    this.base = { ...(await this.#everything()), ...(await this.#ofAll('timers')) };
    return this.base;
  }

  async opened() {
    const started = performance.now();
    const count = this.options.sessions / 2;
    await Promise.all(
      this.listeners.map(({ process }, n) => process.ask({ do: 'open', port: this.instances[n].port, count })),
    );
    const seconds = (performance.now() - started) / 1000;
    return {
      seconds: round(seconds, 1),
      perSecond: Math.round(this.options.sessions / seconds),
      ...(await this.#everything()),
    };
  }

  /** What they hold beyond what they held at first, in kB. */
  async perSession() {
    const now = await this.#everything();
    const of = (name) => round((now[name] - this.base[name]) / this.options.sessions / 1024, 2);
    const [rssKb, heapKb, redisKb] = ['rss', 'heap', 'redisMemory'].map(of);
    return { rssKb, heapKb, redisKb, redisKeys: round((now.keys - this.base.keys) / this.options.sessions, 2) };
  }

  async idle() {
    const { idleSeconds, ttlSeconds } = this.options;
    const before = await this.#cpu();
    await this.redis.forgetCommands();
    await pause(idleSeconds * 1000);
    const commands = await this.redis.commands();
    const after = await this.#cpu();
    const cpu = { instancesCpu: after.instances - before.instances, redisCpu: after.redis - before.redis };
    const share = Object.entries(cpu).map(([part, micros]) => [part, round(micros / 1e6 / idleSeconds, 3)]);
    return { ...idleFigures(commands, idleSeconds, ttlSeconds), ...Object.fromEntries(share) };
  }

  /** From the call until the last session has it. */
  async broadcast() {
    const took = [];
    await this.redis.forgetCommands();
    for (let i = 0; i < this.options.broadcasts; i++) took.push(await this.#broadcastOnce());
    const ms = median(took);
    const commands = sum(Object.values(await this.redis.commands()), (count) => count);
    return {
      ...{ lastAfterMs: Math.round(ms), perSecond: Math.round((this.options.sessions / ms) * 1000) },
      commandsPerMessage: round(commands / took.length / this.options.sessions, 2),
      allMs: took.map(Math.round),
    };
  }

  async #broadcastOnce() {
    for (const { process } of this.listeners) await process.ask({ do: 'reset' });
    const { reached, startedMicros } = await this.instances[0].process.ask({ do: 'broadcast' });
    if (reached !== this.options.sessions) throw new Error(`${reached} of ${this.options.sessions} were reached`);
    const expected = this.options.sessions / 2;
    const ends = await Promise.all(this.listeners.map(({ process }) => process.ask({ do: 'all', expected })));
    return (Math.max(...ends.map(({ lastMicros }) => lastMicros)) - startedMicros) / 1000;
  }

  /** The clients go without a good-bye: what was open for them is closed. */
  async vanished() {
    const started = performance.now();
    for (const { process } of this.listeners) await process.ask({ do: 'vanish' });
    const held = await this.#until(
      ({ connections, channels }) => connections === 0 && channels <= this.base.channels,
      60,
    );
    return { closedAfterSeconds: round((performance.now() - started) / 1000, 1), ...held };
  }

  /** Redis forgets the sessions by itself. */
  async expired() {
    const started = performance.now();
    await this.#until(({ keys }) => keys <= this.base.keys, this.options.ttlSeconds * 1.5 + 10);
    const seconds = (performance.now() - started) / 1000;
    return { goneAfterSeconds: round(seconds, 1), ...(await this.#everything()), ...(await this.#ofAll('timers')) };
  }

  /** What there is more of than at first. Memory is not looked at: code that ran once stays compiled. */
  leftBehind({ atFirst, expired }) {
    return ['keys', 'connections', 'channels', 'listeners', 'timers']
      .filter((name) => expired[name] > atFirst[name] + (name === 'timers' ? TIMERS_UNDER_WAY : 0))
      .map((name) => `${expired[name] - atFirst[name]} ${name}`);
  }

  async stop() {
    await Promise.all([...this.instances, ...this.listeners].map(({ process }) => process.stop()));
    await this.redis.stop();
  }

  async #held() {
    return { ...(await this.#ofAll('held')), keys: await this.redis.client.dbsize() };
  }

  async #everything() {
    const { used_memory: redisMemory } = await this.redis.info('memory');
    return { ...(await this.#held()), ...(await this.#ofAll('memory')), redisMemory };
  }

  /** What both instances answer, added up. */
  async #ofAll(order) {
    const parts = await Promise.all(this.instances.map(({ process }) => process.ask({ do: order })));
    return Object.fromEntries(Object.keys(parts[0]).map((name) => [name, sum(parts, (part) => part[name])]));
  }

  /** As it is when that is so, or when it was waited for long enough. */
  async #until(isSo, seconds) {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const held = await this.#held();
      if (isSo(held) || performance.now() > deadline) return held;
      await pause(1000);
    }
  }

  async #cpu() {
    return { instances: (await this.#ofAll('cpu')).cpuMicros, redis: await this.redis.cpuMicros() };
  }
}
