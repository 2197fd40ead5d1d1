import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../fixtures/measurements/figures.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import { check, type Offer, type Received, type Verdict } from './ledger.js';
import { Liveness } from './liveness.js';
import type { Logs } from './logs.js';
import { produce } from './producer.js';
import type { Chance } from './random.js';

/** What all crowds of a storm have in common. */
export interface Surroundings {
  readonly fleet: Instances;
  readonly chance: Chance;
  readonly agent: Agent;
  /** Per session. */
  readonly producers: number;
  readonly paceMs: number;
  readonly batch: number;
}

export interface CrowdFigures extends Verdict {
  readonly sessions: number;
  /** The longest time in which offers were taken and nothing was delivered. */
  readonly silenceMs: number;
  readonly connections: number;
  readonly refusals: Record<number, number>;
  /** From the kill of a client's instance until the first event of another one. */
  readonly resumes: { readonly count: number; readonly p50Ms?: number; readonly p99Ms?: number };
}

/** Clients that are judged together, and those who speak to them. */
export abstract class Crowd<Client extends ChaosClient> {
  protected readonly liveness = new Liveness();
  protected readonly offers: Offer[] = [];
  protected readonly members: Client[] = [];

  constructor(protected readonly surroundings: Surroundings) {}

  get clients(): readonly ChaosClient[] {
    return this.members;
  }

  /** Everybody is there, before anybody speaks. */
  abstract gather(): Promise<void>;

  /** Until the storm is over. */
  abstract speak(storm: AbortSignal): Promise<void>;

  async leave(): Promise<void> {
    await Promise.all(this.members.map((client) => client.stop()));
  }

  protected async speakTo({ session }: Client, signal: AbortSignal): Promise<void> {
    const { producers, ...common } = this.surroundings;
    const options = { ...common, session, signal, liveness: this.liveness, offers: this.offers };
    await Promise.all(Array.from({ length: producers }, (_, i) => produce({ ...options, name: `p${i}` })));
  }

  /** Waits until every client has the newest entry of its log. @returns whether that came */
  async settled(kept: Logs, patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const isBehind = (client: Client): boolean => {
      const last = kept.get(client.session)?.at(-1)?.text;
      // What an instance had still in hand when the log was read may have come since: looked for among the last ones.
      return (
        last !== undefined && !client.received.slice(-500).some((one) => one.kind === 'message' && one.text === last)
      );
    };
    while (this.listening.some(isBehind)) {
      if (performance.now() > deadline) return false;
      await pause(50);
    }
    return true;
  }

  /** Those that still may get something. */
  protected get listening(): readonly Client[] {
    return this.members;
  }

  protected judge(offers: readonly Offer[], received: ReadonlyMap<string, readonly Received[]>, kept?: Logs) {
    const refusals: Record<number, number> = {};
    for (const client of this.members) {
      for (const [status, count] of Object.entries(client.refusals)) {
        refusals[Number(status)] = (refusals[Number(status)] ?? 0) + count;
      }
    }
    const resumes = this.members.flatMap((client) => client.resumes);
    const figures: CrowdFigures = {
      sessions: this.members.length,
      ...check({ offers, received, kept }),
      silenceMs: this.liveness.worstMs,
      connections: this.members.reduce((sum, { connections }) => sum + connections, 0),
      refusals,
      resumes: {
        count: resumes.length,
        ...(resumes.length > 0 && {
          p50Ms: Math.round(percentile(resumes, 0.5)),
          p99Ms: Math.round(percentile(resumes, 0.99)),
        }),
      },
    };
    return figures;
  }
}
