import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { fsck } from '../fixtures/fleet/fsck.js';
import type { ChaosClient } from './client.js';
import type { CrowdFigures } from './crowd.js';
import { Instances } from './instances.js';
import { logsOf } from './logs.js';
import { type Act, plan, type Scenario, type Step, unleash } from './nemesis.js';
import { OfficialCrowd, type OfficialFigures } from './official-crowd.js';
import { Chance } from './random.js';
import type { Manner } from './reader.js';
import { StrictCrowd } from './strict-crowd.js';

export interface Load {
  readonly instances: number;
  /** Instances that wait for one to be killed. */
  readonly spares: number;
  /** Of clients of our own that are protected. */
  readonly sessions: number;
  /** The same without the protection. */
  readonly controls: number;
  /** Of official clients. */
  readonly officials: number;
  /** Per session. */
  readonly producers: number;
  /** Messages of one producer under way at the same time, at most. */
  readonly batch: number;
  /** Pause of a producer between two batches, at most. */
  readonly paceMs: number;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly seconds: number;
  readonly load: Load;
}

export interface Figures extends RunOptions {
  readonly kills: number;
  /** Connections to Redis that were reset. */
  readonly cuts: number;
  readonly acts: Partial<Record<Act, number>>;
  /** How processes ended that nobody had killed. */
  readonly crashes: readonly string[];
  readonly guarded: CrowdFigures;
  readonly official: OfficialFigures;
  /** The same storm without the protection. */
  readonly control: CrowdFigures;
  /** From the end of the storm until the last protected client had everything; -1 if that never came. */
  readonly settledMs: number;
  /** The longest this process, which is everybody's client, did not get to run. */
  readonly starvedMs: number;
  readonly fsck: readonly string[];
}

/** The protection of each scenario, turned off. */
const CONTROL: Record<Scenario, Manner> = { 'kill-instance': 'forget', 'cut-redis': 'hear', mixed: 'forget' };
const SETTLE_MS = 40_000;
/** The longest an instance is cut off without a word. */
const FREEZE_MS = 1500;

/** One storm over one fleet, with three crowds of clients in it. */
export async function run({ scenario, seed, seconds, load }: RunOptions): Promise<Figures> {
  const { instances, spares, sessions, controls, officials, ...pace } = load;
  const prefix = `chaos-${randomBytes(4).toString('hex')}`;
  const fleet = await Instances.start({ count: instances, spares, prefix });
  const redis = new Redis(fleet.redis.url);
  // Chances of their own: how much the clients do must not change what the nemesis does.
  const surroundings = { fleet, chance: new Chance(seed ^ 0x5eed), agent: new Agent({ keepAlive: true }), ...pace };
  const guarded = new StrictCrowd(surroundings, sessions, 'resume');
  const official = new OfficialCrowd(surroundings, officials);
  const control = new StrictCrowd(surroundings, controls, CONTROL[scenario]);
  const crowds = [guarded, official, control];
  const delay = monitorEventLoopDelay();
  try {
    for (const crowd of crowds) await crowd.gather();
    delay.enable();
    const storm = AbortSignal.timeout(seconds * 1000);
    const speaking = crowds.map((crowd) => crowd.speak(storm));
    const acting = unleash(
      plan(scenario, seed, seconds * 1000),
      (step) => perform(step, { fleet, redis, clients: crowds.flatMap((crowd) => crowd.clients) }),
      storm,
    );
    await Promise.all(speaking);
    const acts = await acting;
    const starvedMs = Math.round(delay.max / 1e6);
    delay.disable();
    for (const { proxy } of fleet.all) proxy.heal();

    const calm = performance.now();
    const kept = await logsOf(redis, prefix);
    const settled = await Promise.all([guarded, official].map((crowd) => crowd.settled(kept, SETTLE_MS)));
    const settledMs = settled.every(Boolean) ? Math.round(performance.now() - calm) : -1;
    await Promise.all(crowds.map((crowd) => crowd.leave()));
    return {
      ...{ scenario, seed, seconds, load },
      ...{ kills: fleet.kills, cuts: fleet.cuts, acts, crashes: fleet.crashes },
      guarded: guarded.figures(kept),
      official: official.figures(kept, await logsOf(redis, prefix)),
      control: control.figures(),
      ...{ settledMs, starvedMs },
      fsck: await fsck(redis, prefix),
    };
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.leave()));
    surroundings.agent.destroy();
    redis.disconnect();
    await fleet.close();
  }
}

interface Scene {
  readonly fleet: Instances;
  readonly redis: Redis;
  readonly clients: readonly ChaosClient[];
}

function perform({ act, target, extent }: Step, { fleet, redis, clients }: Scene): void {
  const instance = fleet.at(target);
  switch (act) {
    case 'kill':
      return fleet.kill(instance);
    case 'cut':
      return instance.proxy.cut();
    case 'cut-all':
      return fleet.all.forEach(({ proxy }) => proxy.cut());
    case 'deafen':
      return instance.proxy.dropReplies();
    case 'freeze':
      instance.proxy.freeze();
      setTimeout(() => instance.proxy.heal(), extent * FREEZE_MS).unref();
      return;
    case 'forget-scripts':
      return void redis.script('FLUSH');
    case 'drop':
      return clients[target % clients.length]!.drop(extent);
  }
}
