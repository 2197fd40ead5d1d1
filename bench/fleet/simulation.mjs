import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than the hour by default, so that heartbeats soon have something to extend. */
export const TTL_MS = 600_000;
const IDLE_SECONDS = 15;
const MESSAGES = 5000;
/** Sessions whose heartbeats and reads are measured; the others are there. */
const SAMPLE = 20_000;
/** With the default options: a heartbeat in a third of an hour, and at most so many reads of an instance. */
export const HEARTBEATS_PER_SECOND = 3 / 3600;
export const SELF_CHECKS_PER_INSTANCE = 200;
const INSTANCES = 10;

/** What the sessions ask of Redis, step by step, and what each step costs. */
export class Simulation {
  /** @param sessions how many in the end */
  constructor(redis, processes, progress, sessions) {
    Object.assign(this, { redis, processes, progress, sessions });
  }

  /** A tenth of the sessions first: the model is that all of it grows in proportion. */
  async all() {
    const empty = await this.#held();
    const sizes = {};
    let held = 0;
    for (const size of [this.sessions / 10, this.sessions]) {
      sizes[size] = await this.#at(size, held, empty);
      held = size;
    }
    return { sizes, idle: await this.#idle() };
  }

  async #at(size, before, empty) {
    const open = await this.#step('open', size - before);
    const full = await this.#held();
    const { channels } = await this.#sum('channels');
    if (channels < size) throw new Error(`${channels} channels are open, and ${size} sessions`);
    const perSession = (name) => (full[name] - empty[name]) / size;
    const session = { redisBytes: perSession('bytes'), redisKeys: perSession('keys') };
    // A heartbeat extends the time of a session only when some of it has passed.
    await sleep(TTL_MS / 20 + 1000);
    const some = Math.min(size, SAMPLE);
    const heartbeat = await this.#step('heartbeat', some);
    const selfCheck = await this.#step('selfCheck', some);
    const broadcast = await this.#step('broadcast', 100, 1);
    return { session, open, heartbeat, selfCheck, broadcast, message: await this.#messages() };
  }

  /** To sessions that had none before; the memory of the broadcasts is not theirs. */
  async #messages() {
    const count = Math.min(MESSAGES, this.sessions / 10);
    const before = await this.#held();
    const message = await this.#step('message', count);
    const after = await this.#held();
    return { redisBytes: (after.bytes - before.bytes) / count, ...message };
  }

  /** Does a step for so many sessions, in equal parts by all processes. @returns what one of them costs */
  async #step(step, count, concurrency) {
    this.progress.begin(step);
    await this.redis.forgetCommands();
    const before = await this.#cpu();
    const from = performance.now();
    const part = Math.ceil(count / this.processes.length);
    await Promise.all(this.processes.map((process) => process.ask({ do: 'each', step, count: part, concurrency })));
    const seconds = (performance.now() - from) / 1000;
    const after = await this.#cpu();
    const commands = Object.values(await this.redis.commands()).reduce((sum, one) => sum + one, 0);
    this.progress.end();
    const done = part * this.processes.length;
    return {
      perSecond: done / seconds,
      commands: commands / done,
      redisMicros: (after.redis - before.redis) / done,
      instanceMicros: (after.instances - before.instances) / done,
    };
  }

  /** What Redis has to do while nothing is sent, at the rates of the default options and so many instances. */
  async #idle() {
    this.progress.begin('idle');
    const rates = {
      heartbeat: (this.sessions * HEARTBEATS_PER_SECOND) / this.processes.length,
      selfCheck: (INSTANCES * SELF_CHECKS_PER_INSTANCE) / this.processes.length,
    };
    await this.redis.forgetCommands();
    const before = await this.#cpu();
    const ms = IDLE_SECONDS * 1000;
    const parts = await Promise.all(this.processes.map((process) => process.ask({ do: 'pace', rates, ms })));
    const after = await this.#cpu();
    const commands = Object.values(await this.redis.commands()).reduce((sum, one) => sum + one, 0);
    this.progress.end();
    return {
      instances: INSTANCES,
      commandsPerSecond: commands / IDLE_SECONDS,
      redisCpu: (after.redis - before.redis) / 1e6 / IDLE_SECONDS,
      p50Ms: Math.max(...parts.map(({ p50Ms }) => p50Ms)),
      p99Ms: Math.max(...parts.map(({ p99Ms }) => p99Ms)),
    };
  }

  async #held() {
    // The account of what is stored is reported a moment later.
    await sleep(1000);
    const { used_memory: bytes } = await this.redis.info('memory');
    return { bytes, keys: await this.redis.client.dbsize() };
  }

  async #cpu() {
    return { redis: await this.redis.cpuMicros(), instances: (await this.#sum('cpu')).cpuMicros };
  }

  async #sum(order) {
    const parts = await Promise.all(this.processes.map((process) => process.ask({ do: order })));
    return Object.fromEntries(
      Object.keys(parts[0]).map((name) => [name, parts.reduce((sum, part) => sum + part[name], 0)]),
    );
  }
}
