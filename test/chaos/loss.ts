import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { fsck } from '../fixtures/fleet/fsck.js';
import { Instances } from './instances.js';
import { LossCrowd, type Seat } from './loss-crowd.js';
import { type Loss, type Scene, SCENES } from './loss-scenes.js';
import { Chance } from './random.js';
import type { Manner } from './reader.js';

export interface LossOptions {
  readonly scenario: Loss;
  readonly seed: number;
  /** Rounds begin for so long, and there is always one. */
  readonly seconds: number;
  readonly sessions: number;
  /** `forget` is the control: it cannot be told of anything. */
  readonly manner: Manner;
}

/** Streams are counted once a round. */
export interface LossFigures extends LossOptions {
  readonly rounds: number;
  readonly instances: number;
  readonly affected: number;
  /** Of the affected ones. */
  readonly signalled: number;
  /** Of a stream that was signalled, at least and at most. */
  readonly signalsPerStream: readonly [least: number, most: number];
  /** Streams that were signalled and not affected. */
  readonly falseSignals: number;
  readonly unaffected: number;
  /** Acknowledged, never delivered, and its client was told. */
  readonly missed: number;
  /** The same, and its client was told nothing. */
  readonly silentlyLost: number;
  readonly crashes: readonly string[];
  readonly fsck: readonly string[];
}

/** Short, because `ttl` waits for it. */
const HISTORY_TTL_MS = 1500;

/** A fleet whose Redis loses something, again and again, while everybody counts what they are told. */
export class LossRig {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #redis: Redis;

  static async start(instances: number): Promise<LossRig> {
    const prefix = `chaos-${randomBytes(4).toString('hex')}`;
    return new LossRig(await Instances.start({ count: instances, prefix, historyTtlMs: HISTORY_TTL_MS }), prefix);
  }

  private constructor(
    private readonly fleet: Instances,
    private readonly prefix: string,
  ) {
    this.#redis = new Redis(fleet.redis.url);
    // It is killed now and then.
    this.#redis.on('error', () => undefined);
  }

  async lose(options: LossOptions): Promise<LossFigures> {
    const { scenario, seed, seconds, sessions } = options;
    const chance = new Chance(seed);
    const crowd = new LossCrowd(this.fleet, chance, this.#agent, options.manner);
    const scene = { fleet: this.fleet, redis: this.#redis, crowd, chance };
    const rounds: Round[] = [];
    const end = performance.now() + seconds * 1000;
    try {
      do rounds.push(await round(scenario, sessions, scene));
      while (performance.now() < end);
    } finally {
      await crowd.leave(crowd.seats);
    }
    const problems = await fsck(this.#redis, this.prefix);
    const { crashes, all } = this.fleet;
    return { ...options, instances: all.length, ...summed(rounds), crashes, fsck: problems };
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#redis.disconnect();
    await this.fleet.close();
  }
}

interface Round {
  readonly affected: Told[];
  readonly unaffected: Told[];
}

interface Told {
  readonly signals: number;
  readonly missed: number;
}

async function round(scenario: Loss, sessions: number, scene: Scene): Promise<Round> {
  const { crowd } = scene;
  await crowd.fill(sessions);
  await crowd.speak(crowd.seats, 3);
  await crowd.caughtUp(crowd.seats);
  const before = new Map(crowd.seats.map((seat) => [seat, tally(seat)]));

  const affected = await SCENES[scenario](scene);
  const everybody = [...crowd.seats];
  if (scenario === 'flush' || scenario === 'restart-empty') {
    await crowd.toldTheEnd(affected);
  } else {
    await crowd.speak(everybody, 3);
    await crowd.caughtUp(everybody);
  }
  const told = (seat: Seat): Told => {
    const [now, then] = [tally(seat), before.get(seat)!];
    return { signals: now.signals - then.signals, missed: now.missed - then.missed };
  };
  return {
    affected: affected.map(told),
    unaffected: everybody.filter((seat) => !affected.includes(seat)).map(told),
  };
}

/** A signal is a gap, or the 404 that makes a client begin anew. */
function tally({ reader, acked }: Seat): Told {
  const got = new Set(reader.received.map((one) => (one.kind === 'message' ? one.text : '')));
  const gaps = reader.received.filter(({ kind }) => kind === 'gap').length;
  return { signals: gaps + reader.ended, missed: acked.filter((text) => !got.has(text)).length };
}

function summed(rounds: readonly Round[]) {
  const affected = rounds.flatMap((round) => round.affected);
  const unaffected = rounds.flatMap((round) => round.unaffected);
  const signalled = affected.filter(({ signals }) => signals > 0);
  const counts = signalled.map(({ signals }) => signals);
  const missed = (of: readonly Told[]) => of.reduce((sum, told) => sum + told.missed, 0);
  const all = missed([...affected, ...unaffected]);
  return {
    rounds: rounds.length,
    affected: affected.length,
    signalled: signalled.length,
    signalsPerStream: counts.length === 0 ? ([0, 0] as const) : ([Math.min(...counts), Math.max(...counts)] as const),
    falseSignals: unaffected.filter(({ signals }) => signals > 0).length,
    unaffected: unaffected.length,
    missed: missed(signalled),
    silentlyLost: all - missed(signalled),
  };
}
