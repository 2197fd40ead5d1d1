import type { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instances } from './instances.js';
import type { Offer, Outcome } from './history-check.js';
import type { Liveness } from './liveness.js';
import { postJson } from './post-json.js';
import type { Chance } from './random.js';
import { padded } from './text.js';

export interface ProducerOptions {
  readonly fleet: Instances;
  readonly session: string;
  readonly name: string;
  readonly chance: Chance;
  readonly liveness: Liveness;
  readonly agent: Agent;
  /** The longest pause between two batches, ms. */
  readonly paceMs: number;
  /** The most messages in flight at the same time. */
  readonly batch: number;
  readonly offers: Offer[];
  readonly signal: AbortSignal;
}

/**
 * Sends to one session through any of the instances, one batch after the other, and records the outcomes.
 *
 * @throws when an instance does not know the session
 */
export async function produce(options: ProducerOptions): Promise<void> {
  const { fleet, session, name, chance, liveness, agent, paceMs, offers, signal } = options;
  for (let n = 0, batch = 0; !signal.aborted; batch++) {
    const { ports } = fleet;
    if (ports.length > 0) {
      const texts = Array.from({ length: chance.between(1, options.batch) }, (_, i) => padded(name, n + i));
      const outcomes = await sendBatch(agent, chance.pick(ports), { session, texts });
      for (const outcome of outcomes) offers.push({ stream: session, producer: name, n: n++, batch, outcome });
      if (outcomes.includes('ok')) liveness.offered();
    }
    if (ports.length === 0) await sleep(10);
    else if (paceMs > 0) await sleep(chance.between(0, paceMs));
  }
}

export interface SendRequest {
  readonly session: string;
  readonly texts: readonly string[];
}

/** @returns the outcome of each text */
export async function sendBatch(agent: Agent, port: number, message: SendRequest): Promise<Outcome[]> {
  const answer = await postJson<{ outcomes: string[] }>(agent, port, '/send', message).catch(
    (outcome: Outcome) => outcome,
  );
  if (typeof answer === 'string') return message.texts.map(() => answer);
  const { outcomes } = answer;
  if (outcomes.includes('unknown')) throw new Error('The session is unknown although it was not ended.');
  return outcomes.map((outcome) => (outcome === 'delivered' || outcome === 'stored' ? 'ok' : 'info'));
}
