import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { Redis } from 'ioredis';
import { fsck } from '../fixtures/fleet/fsck.js';
import { Instances } from './instances.js';
import { LossCrowd, type LossClient } from './loss-crowd.js';
import { type Loss, type Scene, SCENES } from './loss-scenes.js';
import { Chance } from './random.js';
import type { ReaderMode } from './reader.js';

export interface LossOptions {
  readonly scenario: Loss;
  readonly seed: number;
  /** New rounds begin for so long; there is at least one. */
  readonly seconds: number;
  readonly sessions: number;
  /** `without-cursor` is the control: it cannot be signalled a gap. */
  readonly mode: ReaderMode;
}

/** Streams are counted once per round. */
export interface LossFigures extends LossOptions {
  readonly rounds: number;
  readonly instances: number;
  readonly affected: number;
  /** Affected streams that were signalled. */
  readonly signalled: number;
  /** The fewest and the most signals of a signalled stream. */
  readonly signalsPerStream: readonly [least: number, most: number];
  /** Streams that were signalled although they were not affected. */
  readonly falseSignals: number;
  readonly unaffected: number;
  /** Acknowledged messages that were never delivered to a client that was signalled. */
  readonly missed: number;
  /** Acknowledged messages that were never delivered to a client that was not signalled. */
  readonly silentlyLost: number;
  readonly crashes: readonly string[];
  readonly fsck: readonly string[];
}

/** Short, because the scene `ttl` waits for it. */
const HISTORY_TTL_MS = 1500;

/** A fleet whose Redis loses data repeatedly, while clients count the signals they receive. */
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
    // Some scenes kill this Redis.
    this.#redis.on('error', () => undefined);
  }

  async lose(options: LossOptions): Promise<LossFigures> {
    const { scenario, seed, seconds, sessions } = options;
    const chance = new Chance(seed);
    const crowd = new LossCrowd(this.fleet, chance, this.#agent, options.mode);
    const scene = { fleet: this.fleet, redis: this.#redis, crowd, chance };
    const rounds: Round[] = [];
    const end = performance.now() + seconds * 1000;
    try {
      do rounds.push(await round(scenario, sessions, scene));
      while (performance.now() < end);
    } finally {
      await crowd.disconnect(crowd.clients);
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
  readonly affected: Tally[];
  readonly unaffected: Tally[];
}

interface Tally {
  readonly signals: number;
  readonly missed: number;
}

async function round(scenario: Loss, sessions: number, scene: Scene): Promise<Round> {
  const { crowd } = scene;
  await crowd.fill(sessions);
  await crowd.send(crowd.clients, 3);
  await crowd.caughtUp(crowd.clients);
  const before = new Map(crowd.clients.map((client) => [client, tally(client)]));

  const affected = await SCENES[scenario](scene);
  const everyone = [...crowd.clients];
  if (scenario === 'flush' || scenario === 'restart-empty') {
    await crowd.sessionsEnded(affected);
  } else {
    await crowd.send(everyone, 3);
    await crowd.caughtUp(everyone);
  }
  const tallySince = (client: LossClient): Tally => {
    const [now, then] = [tally(client), before.get(client)!];
    return { signals: now.signals - then.signals, missed: now.missed - then.missed };
  };
  return {
    affected: affected.map(tallySince),
    unaffected: everyone.filter((client) => !affected.includes(client)).map(tallySince),
  };
}

/** A signal is a gap, or the 404 that makes a client open a new session. */
function tally({ reader, acked }: LossClient): Tally {
  const received = new Set(reader.received.map((one) => (one.kind === 'message' ? one.text : '')));
  const gaps = reader.received.filter(({ kind }) => kind === 'gap').length;
  return { signals: gaps + reader.ended, missed: acked.filter((text) => !received.has(text)).length };
}

function summed(rounds: readonly Round[]) {
  const affected = rounds.flatMap((round) => round.affected);
  const unaffected = rounds.flatMap((round) => round.unaffected);
  const signalled = affected.filter(({ signals }) => signals > 0);
  const counts = signalled.map(({ signals }) => signals);
  const missed = (of: readonly Tally[]) => of.reduce((sum, one) => sum + one.missed, 0);
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
