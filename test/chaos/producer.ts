import { type Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instances } from './instances.js';
import type { Offer, Outcome } from './ledger.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';
import { spoken } from './text.js';

export interface ProducerOptions {
  readonly fleet: Instances;
  readonly session: string;
  readonly name: string;
  readonly chance: Chance;
  readonly liveness: Liveness;
  readonly agent: Agent;
  /** Pause between two batches, at most, ms. */
  readonly paceMs: number;
  /** Messages under way at the same time, at most. */
  readonly batch: number;
  readonly offers: Offer[];
  readonly signal: AbortSignal;
}

/** An instance may wait for its Redis for longer; then nobody knows what becomes of the offer. */
const PATIENCE_MS = 8000;

/**
 * Speaks to one session through any of the instances, one batch after the other, and writes down what came of it.
 *
 * @throws when an instance does not know the session
 */
export async function produce(options: ProducerOptions): Promise<void> {
  const { fleet, session, name, chance, liveness, agent, paceMs, offers, signal } = options;
  for (let n = 0, batch = 0; !signal.aborted; batch++) {
    const { ports } = fleet;
    if (ports.length > 0) {
      const texts = Array.from({ length: chance.between(1, options.batch) }, (_, i) => spoken(name, n + i));
      const outcomes = await say(agent, chance.pick(ports), { session, texts });
      for (const outcome of outcomes) offers.push({ stream: session, producer: name, n: n++, batch, outcome });
      if (outcomes.includes('ok')) liveness.offered();
    }
    if (ports.length === 0) await pause(10);
    else if (paceMs > 0) await pause(chance.between(0, paceMs));
  }
}

export interface Speech {
  readonly session: string;
  readonly texts: readonly string[];
}

/** @returns what became of each text */
export const say = (agent: Agent, port: number, speech: Speech): Promise<Outcome[]> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify(speech);
    const all = (outcome: Outcome): void => resolve(speech.texts.map(() => outcome));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/say', headers });
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy());
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) => all(code === 'ECONNREFUSED' ? 'fail' : 'info'));
    outgoing.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (answer += text));
      response.on('error', () => {});
      response.on('close', () => {
        if (!response.complete || response.statusCode !== 200) return all('info');
        const { outcomes } = JSON.parse(answer) as { outcomes: string[] };
        if (outcomes.includes('unknown')) reject(new Error('A session that nobody ended is unknown.'));
        resolve(outcomes.map((outcome) => (outcome === 'delivered' || outcome === 'stored' ? 'ok' : 'info')));
      });
    });
    outgoing.end(body);
  });
