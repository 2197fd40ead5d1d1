import { type Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instances } from './instances.js';
import { type Offer, type Outcome, textOf } from './ledger.js';
import type { Liveness } from './liveness.js';
import type { Chance } from './random.js';

export interface ProducerOptions {
  readonly fleet: Instances;
  readonly session: string;
  readonly name: string;
  readonly chance: Chance;
  readonly liveness: Liveness;
  readonly agent: Agent;
  /** Pause between two offers, at most, ms. */
  readonly paceMs: number;
  readonly offers: Offer[];
  readonly signal: AbortSignal;
}

/** An instance may wait for its Redis for longer; then nobody knows what becomes of the offer. */
const PATIENCE_MS = 8000;

/**
 * Speaks to one session through any of the instances, one message after the other, and writes down what came of it.
 *
 * @throws when an instance does not know the session
 */
export async function produce(options: ProducerOptions): Promise<void> {
  const { fleet, session, name, chance, liveness, agent, paceMs, offers, signal } = options;
  for (let n = 0; !signal.aborted;) {
    const { ports } = fleet;
    if (ports.length > 0) {
      const body = JSON.stringify({ session, text: textOf({ producer: name, n }) });
      const outcome = await say(agent, chance.pick(ports), body);
      offers.push({ stream: session, producer: name, n: n++, outcome });
      if (outcome === 'ok') liveness.offered();
    }
    if (ports.length === 0) await pause(10);
    else if (paceMs > 0) await pause(chance.between(0, paceMs));
  }
}

const say = (agent: Agent, port: number, body: string): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, host: '127.0.0.1', port, method: 'POST', path: '/say', headers });
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy());
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'fail' : 'info'));
    outgoing.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (answer += text));
      response.on('error', () => {});
      response.on('close', () => {
        if (!response.complete || response.statusCode !== 200) return resolve('info');
        const { outcome } = JSON.parse(answer) as { outcome: string };
        if (outcome === 'delivered' || outcome === 'stored') resolve('ok');
        else reject(new Error(`A session that nobody ended is "${outcome}".`));
      });
    });
    outgoing.end(body);
  });
