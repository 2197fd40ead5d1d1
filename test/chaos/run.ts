import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { fsck } from '../fixtures/fleet/fsck.js';
import { type Announced, ANNOUNCER, announce, resourceOf } from './announcer.js';
import type { ChaosClient } from './client.js';
import type { CrowdFigures } from './crowd.js';
import type { CheckResult } from './history-check.js';
import { Instances } from './instances.js';
import { announcementsOf, logsOf } from './logs.js';
import { type Act, plan, type Scenario, type Step, unleash } from './nemesis.js';
import { OfficialCrowd, type OfficialFigures } from './official-crowd.js';
import { Chance } from './random.js';
import type { ReaderMode } from './reader.js';
import { StrictCrowd } from './strict-crowd.js';

export interface Load {
  readonly instances: number;
  /** Idle instances that replace killed ones. */
  readonly spares: number;
  /** Sessions of our own protected clients. */
  readonly sessions: number;
  /** Sessions without the protection. */
  readonly controls: number;
  /** Sessions of official clients. */
  readonly officials: number;
  /** Per session. */
  readonly producers: number;
  /** Producers that announce to all sessions. */
  readonly announcers: number;
  /** The most messages of one producer in flight at the same time. */
  readonly batch: number;
  /** The longest pause of a producer between two batches. */
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
  /** Descriptions of processes that ended without being killed. */
  readonly crashes: readonly string[];
  readonly guarded: CrowdFigures;
  readonly official: OfficialFigures;
  /** What was announced to all sessions: broadcasts, updates of resources and changes of lists. */
  readonly announcements: CheckResult;
  /** The same storm without the protection. */
  readonly control: CrowdFigures;
  readonly controlAnnouncements: CheckResult;
  /** From the end of the storm until the last protected client had caught up; -1 if that did not happen. */
  readonly caughtUpMs: number;
  /** The longest time in which this process, which runs all clients, could not run. */
  readonly starvedMs: number;
  readonly fsck: readonly string[];
}

/** The mode that turns off the protection of each scenario. */
const CONTROL: Record<Scenario, ReaderMode> = {
  'kill-instance': 'without-cursor',
  'cut-redis': 'signals-only',
  mixed: 'without-cursor',
};
const CATCH_UP_MS = 40_000;
/** The longest an instance is cut off without a word. */
const FREEZE_MS = 1500;

/** One storm over one fleet, with three crowds of clients in it. */
export async function run({ scenario, seed, seconds, load }: RunOptions): Promise<Figures> {
  const { instances, spares, sessions, controls, officials, announcers, ...pace } = load;
  const prefix = `chaos-${randomBytes(4).toString('hex')}`;
  const fleet = await Instances.start({ count: instances, spares, prefix });
  const redis = new Redis(fleet.redis.url);
  // A separate generator: the actions of the clients must not change those of the nemesis.
  const context = { fleet, chance: new Chance(seed ^ 0x5eed), agent: new Agent({ keepAlive: true }), ...pace };
  const announced = new Map<string, Announced>(
    Array.from({ length: announcers }, (_, i) => [`${ANNOUNCER}${i}`, { broadcasts: [], updates: 0 }]),
  );
  const resources = [...announced.keys()].map(resourceOf);
  const guarded = new StrictCrowd(context, sessions, 'resume', resources);
  const official = new OfficialCrowd(context, officials);
  const control = new StrictCrowd(context, controls, CONTROL[scenario], resources);
  const crowds = [guarded, official, control];
  const delay = monitorEventLoopDelay();
  try {
    for (const crowd of crowds) await crowd.connect();
    delay.enable();
    const storm = AbortSignal.timeout(seconds * 1000);
    const producing = [
      ...crowds.map((crowd) => crowd.produce(storm)),
      ...[...announced].map(([name, own]) => announce({ ...context, name, announced: own, signal: storm })),
    ];
    const acting = unleash(
      plan(scenario, seed, seconds * 1000),
      (step) => perform(step, { fleet, redis, clients: crowds.flatMap((crowd) => crowd.clients) }),
      storm,
    );
    await Promise.all(producing);
    const acts = await acting;
    const starvedMs = Math.round(delay.max / 1e6);
    delay.disable();
    for (const { proxy } of fleet.all) proxy.heal();

    const stormEnd = performance.now();
    const logged = await logsOf(redis, prefix);
    const heard = await announcementsOf(redis, prefix);
    const caughtUp = await Promise.all([
      ...[guarded, official].map((crowd) => crowd.caughtUp(logged, CATCH_UP_MS)),
      guarded.heardAll(heard, CATCH_UP_MS),
    ]);
    const caughtUpMs = caughtUp.every(Boolean) ? Math.round(performance.now() - stormEnd) : -1;
    await Promise.all(crowds.map((crowd) => crowd.disconnect()));
    return {
      ...{ scenario, seed, seconds, load },
      ...{ kills: fleet.kills, cuts: fleet.cuts, acts, crashes: fleet.crashes },
      guarded: guarded.figures(logged),
      official: official.figures(logged, await logsOf(redis, prefix)),
      announcements: guarded.checkAnnouncements(announced, heard),
      control: control.figures(),
      controlAnnouncements: control.checkAnnouncements(announced, heard),
      ...{ caughtUpMs, starvedMs },
      fsck: await fsck(redis, prefix),
    };
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.disconnect()));
    context.agent.destroy();
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
    case 'drop-replies':
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
