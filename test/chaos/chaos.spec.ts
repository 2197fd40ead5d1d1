import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collecting, figure, percentile } from '../fixtures/measurements/figures.js';
import { NO_VIOLATIONS } from './history-check.js';
import { type LossFigures, LossRig } from './loss.js';
import { type Loss, LOSSES } from './loss-scenes.js';
import { describeSchedule, plan, type Scenario, SCENARIOS } from './nemesis.js';
import { report, sum } from './report.js';
import { type Figures, type Load, run } from './run.js';

// `npm run chaos` sets these; without them this is the smoke test of every test run.
const { CHAOS_SEEDS = '20261122', CHAOS_SECONDS, CHAOS_OUT, CHAOS_SCENARIO, CHAOS_PACE_MS } = process.env;
const seeds = CHAOS_SEEDS.split(',').map(Number);
const only = CHAOS_SCENARIO?.split(',');
const isLong = CHAOS_SECONDS !== undefined || collecting;

const SMOKE_SECONDS = 5;
const seconds = Number(CHAOS_SECONDS ?? (collecting ? 30 : SMOKE_SECONDS));
const FLEET = { instances: 3, producers: 2 };
/** The smoke test leaves the machine to other tests; a long run leaves just enough of it to start instances. */
function loadOf(scenario: Scenario): Load {
  const spares = scenario === 'cut-redis' ? 0 : isLong ? 2 : 1;
  if (!isLong)
    return { ...FLEET, spares, sessions: 10, controls: 4, officials: 2, announcers: 1, batch: 4, paceMs: 80 };
  const paceMs = Number(CHAOS_PACE_MS ?? PACE_MS[scenario]);
  return { ...FLEET, spares, sessions: 28, controls: 4, officials: 4, announcers: 2, batch: 16, paceMs };
}
const PACE_MS: Record<Scenario, number> = { 'kill-instance': 500, 'cut-redis': 250, mixed: 500 };

/** A run fails if messages are accepted for so long and none is delivered (§4). */
const LONGEST_SILENCE_MS = 5000;

const STORMS: Record<Scenario, { readonly promise: 'P1' | 'P2'; readonly story: string }> = {
  'kill-instance': {
    promise: 'P1',
    story: 'P1 F1 instances are killed with kill -9 while clients reconnect to any other instance',
  },
  'cut-redis': { promise: 'P2', story: 'P2 connections to Redis are reset, frozen and blocked in one direction' },
  mixed: { promise: 'P2', story: 'P1 P2 F16 instances are killed, connections fail and Redis forgets its scripts' },
};

/** How many faults a run had; too few prove nothing. */
const FAULTS: Record<Scenario, (figures: Figures) => number> = {
  'kill-instance': ({ kills }) => kills * 10,
  'cut-redis': ({ cuts }) => cuts,
  mixed: ({ cuts, kills }) => cuts + kills,
};

/** Fails for every violation. */
function assertNoViolations(figures: Figures): void {
  const { scenario, guarded, official, control, crashes, fsck, caughtUpMs, starvedMs } = figures;
  const { announcements, controlAnnouncements } = figures;
  expect(announcements).toMatchObject({ ...NO_VIOLATIONS, examples: [] });
  expect(announcements.delivered).toBeGreaterThan(seconds * 10);
  expect(controlAnnouncements.lost).toBeGreaterThan(0);
  for (const crowd of [guarded, official]) {
    expect(crowd).toMatchObject(NO_VIOLATIONS);
    expect(crowd.examples).toEqual([]);
    // An instance may only refuse with 503, while it cannot reach Redis.
    expect(Object.keys(crowd.refusals).filter((status) => status !== '503')).toEqual([]);
  }
  // Time in which this process did not run does not count as silence of the fleet.
  expect(guarded.silenceMs).toBeLessThan(LONGEST_SILENCE_MS + 2 * starvedMs);
  expect(caughtUpMs).toBeGreaterThanOrEqual(0);
  expect(crashes).toEqual([]);
  expect(fsck).toEqual([]);
  expect(guarded.acked).toBeGreaterThan(seconds * 10);
  expect(FAULTS[scenario](figures)).toBeGreaterThan(seconds);
  expect(control.lost).toBeGreaterThan(0);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const storms: Figures[] = [];
const losses: LossFigures[] = [];
const wanted = <T extends string>(names: readonly T[]): readonly T[] =>
  names.filter((name) => only?.includes(name) ?? true);

describe.each(wanted(SCENARIOS))('chaos: %s', (scenario) => {
  const { story, promise } = STORMS[scenario];
  const timeout = seconds * 1000 + 120_000;
  it.each(seeds)(
    `${story}: no message is lost, while the unprotected control loses some (seed %i)`,
    { timeout },
    async (seed) => {
      print(
        `CHAOS_SEEDS=${seed} ${scenario}: ${describeSchedule(plan(scenario, seed, seconds * 1000)).slice(0, 2000)}`,
      );
      const figures = await run({ scenario, seed, seconds, load: loadOf(scenario) });
      print(JSON.stringify(figures, undefined, isLong ? 2 : 0));
      storms.push(figures);
      assertNoViolations(figures);
    },
  );

  afterAll(() => {
    const own = storms.filter((figures) => figures.scenario === scenario);
    if (own.length === 0) return;
    const prefix = scenario === 'mixed' ? 'mixed: ' : '';
    const all = sum(own);
    figure(promise, `${prefix}acknowledged messages`, all.acked, 'messages');
    for (const name of ['lost', 'duplicated', 'reordered', 'kills', 'cuts', 'reconnects'] as const) {
      figure(promise, `${prefix}${name}`, all[name]);
    }
    figure(promise, `${prefix}clients that gave up`, all.giveUps);
    figure(promise, `${prefix}lost by the control`, all.controlLost, 'messages');
    figure(promise, `${prefix}longest silence`, all.longestSilenceMs, 'ms');
    for (const name of ['Delivered', 'Lost', 'Duplicated', 'Reordered'] as const) {
      figure(promise, `${prefix}announcements to all ${name.toLowerCase()}`, all[`announcements${name}`]);
    }
    figure(promise, `${prefix}announcements lost by the control`, all.controlAnnouncementsLost);
    figure('P3', `false signals in ${scenario}`, all.falseGaps);
    if (scenario === 'kill-instance') {
      const resumes = own.map(({ guarded }) => guarded.resumes);
      figure(
        'F1',
        'resumes',
        resumes.reduce((count, one) => count + one.count, 0),
      );
      figure('F1', 'from the kill to the first event of another instance, p50', median(resumes, 'p50Ms'), 'ms');
      figure('F1', 'from the kill to the first event of another instance, p99', median(resumes, 'p99Ms'), 'ms');
    }
  });
});

type Resumes = Figures['guarded']['resumes'];
const median = (resumes: readonly Resumes[], of: 'p50Ms' | 'p99Ms'): number =>
  percentile(
    resumes.flatMap((one) => one[of] ?? []),
    0.5,
  );

const LOST: Record<Loss, string> = {
  trim: 'histories are trimmed and deleted while they are read',
  ttl: 'histories expire',
  flush: 'Redis loses everything by FLUSHALL',
  'restart-empty': 'F5 Redis restarts without its data',
  fork: 'F6 Redis forgets messages after their delivery',
};

describe.skipIf(wanted(LOSSES).length === 0)('chaos: data that Redis loses', () => {
  const timeout = seconds * 1000 + 120_000;
  const title = 'P3 %s: each affected stream is signalled exactly once and no other stream is (seed %i)';
  const rows = wanted(LOSSES).flatMap((scenario) => seeds.map((seed) => [LOST[scenario], seed, scenario] as const));
  let rig: LossRig;
  beforeAll(async () => void (rig = await LossRig.start(2)), 60_000);
  afterAll(() => rig.close());
  it.each(rows)(title, { timeout }, async (_story, seed, scenario) => {
    const size = isLong ? { seconds, sessions: 30 } : { seconds: 0, sessions: 10 };
    const figures = await rig.lose({ scenario, seed, mode: 'resume', ...size });
    print(JSON.stringify(figures));
    losses.push(figures);
    const { affected, crashes, fsck } = figures;
    expect(affected).toBeGreaterThan(0);
    expect(figures).toMatchObject({ signalled: affected, signalsPerStream: [1, 1], falseSignals: 0, silentlyLost: 0 });
    expect([crashes, fsck]).toEqual([[], []]);
  });

  it('P3 control: clients that reconnect without Last-Event-ID lose messages silently', { timeout }, async () => {
    const figures = await rig.lose({
      scenario: 'trim',
      seed: seeds[0]!,
      seconds: 0,
      sessions: 4,
      mode: 'without-cursor',
    });
    expect(figures.signalled).toBe(0);
    expect(figures.silentlyLost).toBeGreaterThan(0);
  });

  afterAll(() => {
    for (const scenario of LOSSES) {
      const own = losses.filter((figures) => figures.scenario === scenario);
      const sumOf = (name: (typeof COUNTS)[number]) => own.reduce((all, one) => all + one[name], 0);
      if (own.length > 0) for (const name of COUNTS) figure('P3', `${scenario}: ${name}`, sumOf(name));
    }
  });
});
const COUNTS = ['affected', 'signalled', 'falseSignals', 'missed', 'silentlyLost'] as const;

afterAll(() => {
  if (CHAOS_OUT !== undefined) writeFileSync(CHAOS_OUT, report(storms, losses));
});
