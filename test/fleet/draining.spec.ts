import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ChildInstance } from '../fixtures/processes/child-instance.js';
import { figure, times } from '../fixtures/measurements/figures.js';
import { call } from '../fixtures/clients/mcp-requests.js';

const CALLERS = 8;
const ROUNDS = times(4, 40);
const ABRUPT = fileURLToPath(new URL('../fixtures/processes/default-shutdown-server.mjs', import.meta.url));

interface Instance {
  readonly port: number;
  terminate(): Promise<unknown>;
}

async function abrupt(): Promise<Instance> {
  const child: ChildProcess = fork(ABRUPT);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const terminate = () => {
    child.kill('SIGTERM');
    return once(child, 'exit');
  };
  return { port, terminate };
}

type Outcome = 'served' | 'refused' | 'cut';

/** A balancer can retry a refused connection elsewhere; any other failure is a 502. */
function ask(port: number, agent: Agent | false): Promise<Outcome> {
  const { body, headers } = call('echo', { name: 'on' });
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent, headers });
    outgoing.once('response', (response) => {
      response.once('error', () => resolve('cut'));
      response.resume().once('end', () => resolve(response.statusCode === 200 ? 'served' : 'cut'));
    });
    outgoing.once('error', ({ message }) => resolve(message.startsWith('connect ') ? 'refused' : 'cut'));
    outgoing.end(body);
  });
}

type Count = Record<Outcome, number>;

/** Runs callers until they are refused, while an instance gets SIGTERM. */
async function oneRound(start: () => Promise<Instance>, agent: Agent | false, count: Count): Promise<void> {
  const instance = await start();
  // SIGTERM comes when every caller is known to be busy, however slow the machine is.
  const callAgain = async (): Promise<void> => {
    for (let outcome: Outcome = 'served'; outcome !== 'refused';) count[(outcome = await ask(instance.port, agent))]++;
  };
  const callers = await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      expect(await ask(instance.port, agent)).toBe('served');
      count.served++;
      return { done: callAgain() };
    }),
  );
  await pause(Math.random() * 20);
  await Promise.all([instance.terminate(), ...callers.map(({ done }) => done)]);
  if (agent) agent.destroy();
}

async function rounds(start: () => Promise<Instance>, agentOf: () => Agent | false): Promise<Count> {
  const count = { served: 0, refused: 0, cut: 0 };
  for (let round = 0; round < ROUNDS; round++) await oneRound(start, agentOf(), count);
  return count;
}

describe('P8 SIGTERM while requests arrive', { timeout: 120_000 }, () => {
  const start = () => ChildInstance.start({ drainTimeoutMs: 3000 });

  it.each([
    ['a connection each', () => false as const],
    ['connections that are kept', () => new Agent({ keepAlive: true })],
  ])('P8 requests around SIGTERM with %s are served or refused, and none is cut', async (kind, agentOf) => {
    const { cut, refused, served } = await rounds(start, agentOf);
    // A request may fall into the microseconds between the last check and the close on a busy machine.
    expect(cut).toBeLessThanOrEqual(CALLERS);
    expect(refused).toBe(ROUNDS * CALLERS);
    figure('P8', `requests cut at SIGTERM, ${kind}`, cut);
    figure('P8', `requests served around SIGTERM, ${kind}`, served);
  });

  it('P8 control: a server that closes at once cuts more requests than that', async () => {
    const { cut } = await rounds(abrupt, () => false);
    expect(cut).toBeGreaterThan(CALLERS);
    figure('P8', 'requests cut at SIGTERM, control', cut);
  });
});
