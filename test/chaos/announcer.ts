import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instances } from './instances.js';
import type { Outcome } from './history-check.js';
import { postJson } from './post-json.js';
import type { Chance } from './random.js';
import { padded } from './text.js';

/** Begins the names of producers that announce to all, so that a client knows of which log a message is. */
export const ANNOUNCER = 'all';

/** The resource that an announcer says has changed; every session is subscribed to it. */
export const resourceOf = (announcer: string): string => `chaos://${announcer}`;

/** What was announced, with what became of it. */
export interface Announced {
  /** Broadcasts by number. Those of one batch are concurrent. */
  readonly broadcasts: { readonly n: number; readonly batch: number; readonly outcome: Outcome }[];
  /** Updates of the resource that were acknowledged. */
  updates: number;
}

export interface AnnouncerOptions {
  readonly fleet: Instances;
  readonly name: string;
  readonly chance: Chance;
  readonly agent: Agent;
  /** The longest pause between two batches, ms. */
  readonly paceMs: number;
  /** The most broadcasts in flight at the same time. */
  readonly batch: number;
  readonly announced: Announced;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly broadcasts: readonly Outcome[];
  readonly updated: Outcome;
}

/** Announces to all sessions, through any of the instances: messages, updates of a resource, and changes of a list. */
export async function announce(options: AnnouncerOptions): Promise<void> {
  const { fleet, name, chance, agent, paceMs, announced, signal } = options;
  for (let n = 0, batch = 0; !signal.aborted; batch++) {
    const { ports } = fleet;
    if (ports.length > 0) {
      const texts = Array.from({ length: chance.between(1, options.batch) }, (_, i) => padded(name, n + i));
      const all = (outcome: Outcome): Answer => ({ broadcasts: texts.map(() => outcome), updated: outcome });
      const body = { texts, uri: resourceOf(name), listChanged: chance.next() < 0.25 };
      const answer = await postJson<Answer>(agent, chance.pick(ports), '/announce', body).catch(all);
      for (const outcome of answer.broadcasts) announced.broadcasts.push({ n: n++, batch, outcome });
      if (answer.updated === 'ok') announced.updates++;
    }
    await sleep(ports.length === 0 ? 10 : chance.between(0, paceMs));
  }
}
