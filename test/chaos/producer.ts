import { type Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instances } from './instances.js';
import type { Offer, Outcome } from './history-check.js';
import type { Liveness } from './liveness.js';
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

/** An instance may wait for Redis longer than this; then the outcome of the offer is unknown. */
const TIMEOUT_MS = 8000;

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
export const sendBatch = (agent: Agent, port: number, message: SendRequest): Promise<Outcome[]> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify(message);
    const all = (outcome: Outcome): void => resolve(message.texts.map(() => outcome));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/send', headers });
    outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy());
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) => all(code === 'ECONNREFUSED' ? 'fail' : 'info'));
    outgoing.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (answer += text));
      response.on('error', () => {});
      response.on('close', () => {
        if (!response.complete || response.statusCode !== 200) return all('info');
        const { outcomes } = JSON.parse(answer) as { outcomes: string[] };
        if (outcomes.includes('unknown')) reject(new Error('The session is unknown although it was not ended.'));
        resolve(outcomes.map((outcome) => (outcome === 'delivered' || outcome === 'stored' ? 'ok' : 'info')));
      });
    });
    outgoing.end(body);
  });
