import { setTimeout as pause } from 'node:timers/promises';
import { Chance } from './random.js';

export const SCENARIOS = ['kill-instance', 'cut-redis', 'mixed'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/**
 * `cut`, `freeze` and `deafen` are done to one instance's connections to Redis, `cut-all` to everybody's; `forget-scripts`
 * to Redis; `drop` to a client's connection.
 */
export type Act = 'kill' | 'cut' | 'cut-all' | 'freeze' | 'deafen' | 'forget-scripts' | 'drop';

export interface Step {
  readonly atMs: number;
  readonly act: Act;
  /** Whoever acts takes the remainder by how many it can choose from. */
  readonly target: number;
  /** In [0, 1): how long, or where. */
  readonly extent: number;
}

interface Rhythm {
  readonly acts: readonly Act[];
  readonly everyMs: readonly [least: number, most: number];
  /** Only in every first or second of two phases: a line that fell silent would not stay so for long among cuts. */
  readonly phase?: 0 | 1;
}

/** Long enough for a silence to be found by nothing but the probe. */
const PHASE_MS = 12_000;

const CLIENTS_LEAVE: Rhythm = { acts: ['drop'], everyMs: [30, 150] };

const LINES_FALL_SILENT: Rhythm = { acts: ['freeze', 'deafen'], everyMs: [1000, 4000], phase: 0 };

/** An act that is listed twice happens twice as often. */
const RHYTHMS: Record<Scenario, readonly Rhythm[]> = {
  'kill-instance': [{ acts: ['kill'], everyMs: [500, 2000] }, CLIENTS_LEAVE],
  'cut-redis': [
    LINES_FALL_SILENT,
    { acts: ['cut', 'cut', 'cut', 'cut', 'cut', 'cut-all'], everyMs: [100, 400], phase: 1 },
    CLIENTS_LEAVE,
  ],
  mixed: [
    { acts: ['kill'], everyMs: [1000, 3000] },
    LINES_FALL_SILENT,
    { acts: ['cut', 'cut', 'cut', 'cut-all'], everyMs: [300, 1000], phase: 1 },
    { acts: ['forget-scripts'], everyMs: [500, 1500] },
    CLIENTS_LEAVE,
  ],
};

/** Everything that will go wrong, known beforehand: the same seed makes the same schedule. */
export function plan(scenario: Scenario, seed: number, lengthMs: number): Step[] {
  const chance = new Chance(seed);
  const phaseMs = Math.min(PHASE_MS, lengthMs / 2);
  const steps = RHYTHMS[scenario].flatMap(({ acts, everyMs, phase }) => {
    const row: Step[] = [];
    for (let atMs = chance.between(...everyMs); atMs < lengthMs; atMs += chance.between(...everyMs)) {
      if (phase !== undefined && Math.floor(atMs / phaseMs) % 2 !== phase) continue;
      row.push({ atMs, act: chance.pick(acts), target: chance.between(0, 1_000_000), extent: chance.next() });
    }
    return row;
  });
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

/** For people; clients that leave are too many to name. */
export const describeSchedule = (steps: readonly Step[]): string =>
  steps
    .filter(({ act }) => act !== 'drop')
    .map(({ atMs, act, target }) => `${(atMs / 1000).toFixed(2)} ${act} ${target}`)
    .join(', ');

/** Does what was planned, on time, without waiting for how it ends. @returns how often each act was done */
export async function unleash(
  steps: readonly Step[],
  act: (step: Step) => void,
  signal: AbortSignal,
): Promise<Partial<Record<Act, number>>> {
  const done: Partial<Record<Act, number>> = {};
  const start = performance.now();
  for (const step of steps) {
    const left = start + step.atMs - performance.now();
    if (left > 0) await pause(left, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    act(step);
    done[step.act] = (done[step.act] ?? 0) + 1;
  }
  return done;
}
