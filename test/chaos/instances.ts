import { RedisServer } from '../fixtures/redis/redis-server.js';
import { InstanceProcess, type InstanceSettings } from './instance-process.js';

export interface FleetOptions {
  readonly count: number;
  readonly prefix: string;
  /**
   * Instances that run idle until another one is killed (0). A process needs a second of a core to start, so the fleet
   * would have no instance most of the time if it started the replacement only then.
   */
  readonly spares?: number;
  readonly historyTtlMs?: number;
}

/** A Redis and some instances, each with a connection to it that can be cut. Ends only what it has started. */
export class Instances {
  readonly #members: InstanceProcess[] = [];
  readonly #spares: InstanceProcess[] = [];
  readonly #deaths = new Map<number, number>();
  readonly #endings = new Set<Promise<void>>();
  readonly #starts = new Set<Promise<void>>();
  readonly #settings: InstanceSettings;
  #cutBefore = 0;
  #closed = false;
  kills = 0;
  /** Descriptions of processes that ended without being killed or did not start. */
  readonly crashes: string[] = [];

  static async start(options: FleetOptions): Promise<Instances> {
    const fleet = new Instances(await RedisServer.start(), options);
    for (let i = 0; i < options.count; i++) fleet.#startOne();
    await Promise.all(fleet.#starts);
    if (fleet.#members.length < options.count) {
      await fleet.close();
      throw new Error(`The fleet did not start. ${fleet.crashes.join('\n')}`);
    }
    fleet.#fill();
    return fleet;
  }

  private constructor(
    readonly redis: RedisServer,
    private readonly options: FleetOptions,
  ) {
    const { prefix, historyTtlMs } = options;
    this.#settings = { redisPort: redis.port, prefix, historyTtlMs };
  }

  /** The instances that serve clients. */
  get all(): readonly InstanceProcess[] {
    return this.#members;
  }
  get ports(): number[] {
    return this.#members.map(({ port }) => port);
  }
  /** Connections to Redis that were reset. */
  get cuts(): number {
    return this.#members.reduce((sum, { proxy }) => sum + proxy.cuts, this.#cutBefore);
  }

  at(target: number): InstanceProcess {
    return this.#members[target % this.#members.length]!;
  }

  /** The time when the instance of this port was killed, if it was. */
  diedAt(port: number): number | undefined {
    return this.#deaths.get(port);
  }

  /** Spares the last instance: without an instance nothing is accepted and nothing can be lost. */
  kill(instance: InstanceProcess): void {
    if (this.#members.length < 2) return;
    this.kills++;
    this.#deaths.set(instance.port, performance.now());
    this.#remove(instance);
    const ending = instance.kill().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#starts);
    await Promise.all([...this.#members, ...this.#spares].map((instance) => instance.kill()));
    await Promise.all(this.#endings);
    await this.redis.dispose();
  }

  #fill(): void {
    const { count, spares = 0 } = this.options;
    const running = () => this.#members.length + this.#spares.length + this.#starts.size;
    while (!this.#closed && running() < count + spares) this.#startOne();
  }

  #startOne(): void {
    const start = InstanceProcess.start(this.#settings)
      .then(
        (instance) => this.#join(instance),
        (error: Error) => void this.crashes.push(error.message),
      )
      .finally(() => this.#starts.delete(start));
    this.#starts.add(start);
  }

  #join(instance: InstanceProcess): void {
    this.#deaths.delete(instance.port);
    (this.#members.length < this.options.count ? this.#members : this.#spares).push(instance);
    void instance.ended.then((how) => {
      if (this.#closed || this.#deaths.has(instance.port)) return;
      this.crashes.push(how);
      this.#remove(instance);
    });
  }

  #remove(instance: InstanceProcess): void {
    this.#cutBefore += instance.proxy.cuts;
    for (const list of [this.#members, this.#spares]) {
      const at = list.indexOf(instance);
      if (at !== -1) list.splice(at, 1);
    }
    if (this.#members.length < this.options.count && this.#spares.length > 0) this.#members.push(this.#spares.shift()!);
    this.#fill();
  }
}
