import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { fsck } from '../fixtures/fsck.js';
import { LegacySession } from '../fixtures/legacy-session.js';
import { Instances } from './instances.js';
import { check, type Entry, type Offer, type Verdict } from './ledger.js';
import { Liveness } from './liveness.js';
import { type Act, plan, type Scenario, type Step, unleash } from './nemesis.js';
import { produce } from './producer.js';
import { Chance } from './random.js';
import { type Manner, Reader } from './reader.js';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly seconds: number;
  readonly instances?: number;
  /** Of each crowd: the one that is protected, and its control. */
  readonly sessions: number;
  /** Per session. */
  readonly producers?: number;
  readonly paceMs: number;
}

export interface CrowdFigures extends Verdict {
  /** The longest time in which offers were taken and nothing was delivered. */
  readonly silenceMs: number;
  readonly connections: number;
  readonly bytes: number;
  /** Answers to a GET that were no stream, by status. */
  readonly refusals: Record<number, number>;
}

export interface Figures {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly seconds: number;
  readonly instances: number;
  /** Of each crowd. */
  readonly sessions: number;
  readonly producers: number;
  readonly paceMs: number;
  readonly kills: number;
  /** Connections to Redis that were reset. */
  readonly cuts: number;
  readonly acts: Partial<Record<Act, number>>;
  /** How processes ended that nobody had killed. */
  readonly crashes: readonly string[];
  readonly guarded: CrowdFigures;
  /** The same storm without the protection. */
  readonly control: CrowdFigures;
  /** From the end of the storm until the last guarded reader had everything; -1 if that never came. */
  readonly settledMs: number;
  readonly fsck: readonly string[];
}

/** The protection of each scenario, turned off. */
const CONTROL: Record<Scenario, Manner> = { 'kill-instance': 'forget', 'cut-redis': 'hear' };
const SETTLE_MS = 30_000;
/** The longest an instance is cut off without a word. */
const FREEZE_MS = 1500;

/** One storm over one fleet, with two crowds of clients in it. */
export async function run(options: RunOptions): Promise<Figures> {
  const { scenario, seed, seconds, instances = 3, sessions, producers = 2, paceMs } = options;
  const prefix = `chaos-${randomBytes(4).toString('hex')}`;
  const fleet = await Instances.start(instances, prefix);
  const redis = new Redis(fleet.redis.url);
  // Chances of their own: how much the clients do must not change what the nemesis does.
  const chance = new Chance(seed ^ 0x5eed);
  const agent = new Agent({ keepAlive: true });
  const crowds: Crowd[] = [];
  try {
    const places = { fleet, chance, agent, sessions, producers, paceMs };
    const guarded = await Crowd.gather('resume', places);
    crowds.push(guarded);
    const control = await Crowd.gather(CONTROL[scenario], places);
    crowds.push(control);

    const storm = AbortSignal.timeout(seconds * 1000);
    const readers = crowds.flatMap((crowd) => crowd.readers);
    const speaking = crowds.map((crowd) => crowd.speak(storm));
    const acting = unleash(plan(scenario, seed, seconds * 1000), (step) => perform(step, fleet, readers), storm);
    await Promise.all(speaking);
    const acts = await acting;
    for (const { proxy } of fleet.all) proxy.heal();

    const calm = performance.now();
    const kept = await logsOf(redis, prefix, guarded.ids);
    const settled = await guarded.settled(kept, SETTLE_MS);
    const settledMs = settled ? Math.round(performance.now() - calm) : -1;
    await Promise.all(crowds.map((crowd) => crowd.leave()));
    return {
      ...{ scenario, seed, seconds, instances, sessions, producers, paceMs },
      ...{ kills: fleet.kills, cuts: fleet.cuts, acts, crashes: fleet.crashes },
      guarded: guarded.figures(kept),
      control: control.figures(),
      settledMs,
      fsck: await fsck(redis, prefix),
    };
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.leave()));
    agent.destroy();
    redis.disconnect();
    await fleet.close();
  }
}

function perform({ act, target, extent }: Step, fleet: Instances, readers: readonly Reader[]): void {
  const instance = fleet.at(target);
  switch (act) {
    case 'kill':
      // With nobody left nothing can be lost, and on a busy machine the fleet would do nothing but start.
      if (fleet.ports.some((port) => port !== instance.port)) instance.kill();
      return;
    case 'cut':
      return instance.proxy.cut();
    case 'cut-all':
      return fleet.all.forEach(({ proxy }) => proxy.cut());
    case 'deafen':
      return instance.proxy.deafen();
    case 'freeze':
      instance.proxy.freeze();
      setTimeout(() => instance.proxy.heal(), extent * FREEZE_MS).unref();
      return;
    case 'drop':
      return readers[target % readers.length]!.drop(extent);
  }
}

interface Places {
  readonly fleet: Instances;
  readonly chance: Chance;
  readonly agent: Agent;
  readonly sessions: number;
  readonly producers: number;
  readonly paceMs: number;
}

/** Sessions whose readers have the same manner, and those who speak to them. */
class Crowd {
  readonly #offers: Offer[] = [];
  readonly #liveness = new Liveness();
  readonly #readers = new Map<string, Reader>();

  static async gather(manner: Manner, places: Places): Promise<Crowd> {
    const crowd = new Crowd(places);
    const { fleet, chance, sessions } = places;
    for (let i = 0; i < sessions; i++) {
      const { id: session } = await LegacySession.open(chance.pick(fleet.ports));
      const reader = new Reader({ fleet, session, manner, chance, liveness: crowd.#liveness });
      crowd.#readers.set(session, reader);
      reader.start();
    }
    return crowd;
  }

  private constructor(private readonly places: Places) {}

  get ids(): string[] {
    return [...this.#readers.keys()];
  }
  get readers(): Reader[] {
    return [...this.#readers.values()];
  }

  async speak(signal: AbortSignal): Promise<void> {
    const { fleet, chance, agent, producers, paceMs } = this.places;
    const common = { fleet, chance, agent, paceMs, signal, liveness: this.#liveness, offers: this.#offers };
    await Promise.all(
      this.ids.flatMap((session) =>
        Array.from({ length: producers }, (_, i) => produce({ ...common, session, name: `p${i}` })),
      ),
    );
  }

  /** Waits until every reader has the newest entry of its log. @returns whether that came */
  async settled(kept: ReadonlyMap<string, readonly Entry[]>, patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const behind = () =>
      [...this.#readers].some(([session, { newest }]) => {
        const last = kept.get(session)?.at(-1)?.id;
        // What an instance had still in hand when the log was read may have come since.
        return last !== undefined && !(newest !== undefined && order(newest) >= order(last));
      });
    while (behind()) {
      if (performance.now() > deadline) return false;
      await pause(50);
    }
    return true;
  }

  async leave(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  figures(kept?: ReadonlyMap<string, readonly Entry[]>): CrowdFigures {
    const received = new Map([...this.#readers].map(([session, reader]) => [session, reader.received]));
    const refusals: Record<number, number> = {};
    for (const reader of this.readers) {
      for (const [status, count] of Object.entries(reader.refusals)) {
        refusals[Number(status)] = (refusals[Number(status)] ?? 0) + count;
      }
    }
    const sum = (of: (reader: Reader) => number) => this.readers.reduce((total, reader) => total + of(reader), 0);
    return {
      ...check({ offers: this.#offers, received, kept }),
      silenceMs: this.#liveness.worstMs,
      connections: sum(({ connections }) => connections),
      bytes: sum(({ bytes }) => bytes),
      refusals,
    };
  }
}

/** Whole logs, straight from Redis. Fields of an entry are `p previous t kind d text …`. */
async function logsOf(redis: Redis, prefix: string, ids: readonly string[]): Promise<Map<string, Entry[]>> {
  const logs = new Map<string, Entry[]>();
  for await (const page of redis.scanStream({ match: `${prefix}:*:l:g`, count: 500 })) {
    for (const key of page as string[]) {
      const session = ids.find((id) => key.includes(`:${id}}`));
      if (session === undefined) continue;
      const entries = await redis.xrange(key, '-', '+');
      logs.set(
        session,
        entries.map(([id, fields]) => ({ id, text: (JSON.parse(fields[5]!) as Said).params.data })),
      );
    }
  }
  if (logs.size !== ids.length) throw new Error(`${ids.length} sessions, and ${logs.size} logs in Redis.`);
  return logs;
}

interface Said {
  readonly params: { readonly data: string };
}

/** Milliseconds of an id, then its count, as one number: enough for "not before". */
function order(id: string): number {
  const [ms, n] = id.split('-').map(Number) as [number, number];
  return ms + n / 1e6;
}
