import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../fixtures/measurements/figures.js';
import type { ChaosClient } from './client.js';
import type { Instances } from './instances.js';
import { checkHistory, type Offer, type Received, type CheckResult } from './history-check.js';
import { Liveness } from './liveness.js';
import type { Logs } from './logs.js';
import { produce } from './producer.js';
import type { Chance } from './random.js';

/** The context that all crowds of a storm share. */
export interface CrowdContext {
  readonly fleet: Instances;
  readonly chance: Chance;
  readonly agent: Agent;
  /** Per session. */
  readonly producers: number;
  readonly paceMs: number;
  readonly batch: number;
}

export interface CrowdFigures extends CheckResult {
  readonly sessions: number;
  /** The longest time in which messages were accepted and none was delivered. */
  readonly silenceMs: number;
  readonly connections: number;
  readonly refusals: Record<number, number>;
  /** From the kill of a client's instance until the first event of another one. */
  readonly resumes: { readonly count: number; readonly p50Ms?: number; readonly p99Ms?: number };
}

/** Clients that are checked together, and the producers that send to them. */
export abstract class Crowd<Client extends ChaosClient> {
  protected readonly liveness = new Liveness();
  protected readonly offers: Offer[] = [];
  protected readonly members: Client[] = [];

  constructor(protected readonly context: CrowdContext) {}

  get clients(): readonly ChaosClient[] {
    return this.members;
  }

  /** Connects every client before anything is sent. */
  abstract connect(): Promise<void>;

  /** Sends messages until the storm is over. */
  abstract produce(storm: AbortSignal): Promise<void>;

  async disconnect(): Promise<void> {
    await Promise.all(this.members.map((client) => client.stop()));
  }

  protected async produceFor({ session }: Client, signal: AbortSignal): Promise<void> {
    const { producers, ...common } = this.context;
    const options = { ...common, session, signal, liveness: this.liveness, offers: this.offers };
    await Promise.all(Array.from({ length: producers }, (_, i) => produce({ ...options, name: `p${i}` })));
  }

  /** Waits until every client has the newest entry of its log. @returns whether all did in time */
  async caughtUp(logged: Logs, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    const isBehind = (client: Client): boolean => {
      const last = logged.get(client.session)?.at(-1)?.text;
      // Messages in flight while the log was read may have arrived since, so the last ones are searched.
      return (
        last !== undefined && !client.received.slice(-500).some((one) => one.kind === 'message' && one.text === last)
      );
    };
    while (this.connected.some(isBehind)) {
      if (performance.now() > deadline) return false;
      await sleep(50);
    }
    return true;
  }

  /** Clients that may still receive messages. */
  protected get connected(): readonly Client[] {
    return this.members;
  }

  protected check(offers: readonly Offer[], received: ReadonlyMap<string, readonly Received[]>, logged?: Logs) {
    const refusals: Record<number, number> = {};
    for (const client of this.members) {
      for (const [status, count] of Object.entries(client.refusals)) {
        refusals[Number(status)] = (refusals[Number(status)] ?? 0) + count;
      }
    }
    const resumes = this.members.flatMap((client) => client.resumes);
    const figures: CrowdFigures = {
      sessions: this.members.length,
      ...checkHistory({ offers, received, logged }),
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
