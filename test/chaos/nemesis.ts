import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from './random.js';

export const SCENARIOS = ['kill-instance', 'cut-redis', 'mixed'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/**
 * `cut`, `freeze` and `drop-replies` affect the connections of one instance to Redis, `cut-all` those of all instances,
 * `forget-scripts` Redis itself, and `drop` the connection of a client.
 */
export type Act = 'kill' | 'cut' | 'cut-all' | 'freeze' | 'drop-replies' | 'forget-scripts' | 'drop';

export interface Step {
  readonly atMs: number;
  readonly act: Act;
  /** The act takes the remainder by the number of its possible targets. */
  readonly target: number;
  /** In [0, 1): the duration, or the place. */
  readonly extent: number;
}

interface Rhythm {
  readonly acts: readonly Act[];
  readonly everyMs: readonly [least: number, most: number];
  /** Acts only in the first or second of two phases: among cuts a connection would not stay silent for long. */
  readonly phase?: 0 | 1;
}

/** Long enough that only the probe can detect a silent connection. */
const PHASE_MS = 12_000;

const CLIENTS_LEAVE: Rhythm = { acts: ['drop'], everyMs: [30, 150] };

const CONNECTIONS_FALL_SILENT: Rhythm = { acts: ['freeze', 'drop-replies'], everyMs: [1000, 4000], phase: 0 };

/** An act that is listed twice occurs twice as often. */
const RHYTHMS: Record<Scenario, readonly Rhythm[]> = {
  'kill-instance': [{ acts: ['kill'], everyMs: [500, 2000] }, CLIENTS_LEAVE],
  'cut-redis': [
    CONNECTIONS_FALL_SILENT,
    { acts: ['cut', 'cut', 'cut', 'cut', 'cut', 'cut-all'], everyMs: [100, 400], phase: 1 },
    CLIENTS_LEAVE,
  ],
  mixed: [
    { acts: ['kill'], everyMs: [1000, 3000] },
    CONNECTIONS_FALL_SILENT,
    { acts: ['cut', 'cut', 'cut', 'cut-all'], everyMs: [300, 1000], phase: 1 },
    { acts: ['forget-scripts'], everyMs: [500, 1500] },
    CLIENTS_LEAVE,
  ],
};

/** Plans all faults in advance: the same seed makes the same schedule. */
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

/** Describes a schedule for a log, without the many steps that drop a client. */
export const describeSchedule = (steps: readonly Step[]): string =>
  steps
    .filter(({ act }) => act !== 'drop')
    .map(({ atMs, act, target }) => `${(atMs / 1000).toFixed(2)} ${act} ${target}`)
    .join(', ');

/** Executes a plan on time without waiting for the effects. @returns how often each act was done */
export async function unleash(
  steps: readonly Step[],
  act: (step: Step) => void,
  signal: AbortSignal,
): Promise<Partial<Record<Act, number>>> {
  const done: Partial<Record<Act, number>> = {};
  const start = performance.now();
  for (const step of steps) {
    const left = start + step.atMs - performance.now();
    if (left > 0) await sleep(left, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    act(step);
    done[step.act] = (done[step.act] ?? 0) + 1;
  }
  return done;
}
