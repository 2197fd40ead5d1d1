import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisPendingRequests } from '../../lib/redis/session/redis-pending-requests.js';
import { figure, percentile, times } from '../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../fixtures/applications/fleet-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { fleetMember, type FleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { cutAndResubscribe } from '../fixtures/fleet/cut-and-resubscribe.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc, SseClient } from '../fixtures/clients/sse-client.js';
import { TcpProxy } from '../fixtures/network/tcp-proxy.js';

const AT_ONCE = 10;
const any = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!;

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe('P7 questions of three instances that are answered twice at once on any of them', () => {
  let apps: readonly FleetApp[];
  beforeAll(async () => {
    const options = { redis: redis.url, redisPrefix: newNamespace(), streamAfterMs: 100 };
    apps = await Promise.all([fleetApp(options), fleetApp(options, 'express'), fleetApp(options)]);
  });
  afterAll(async () => {
    await Promise.all(apps.map(({ close }) => close()));
    expect(apps.flatMap(({ logs }) => logs.errors)).toEqual([]);
  });

  const sums = { questions: 0, double: 0, lost: 0, strange: 0 };
  const spent: number[] = [];
  const isQuestion = ({ method }: JsonRpc) => method === 'elicitation/create';

  /** Posts two different answers at once and waits for the result of the handler. */
  async function answerTwice(session: LegacySession, stream: SseClient, id: unknown, contents: readonly object[]) {
    const seen = stream.messages.length;
    const since = performance.now();
    const posts = contents.map((content) =>
      session.at(any(apps).port).post({ jsonrpc: '2.0', id, result: { action: 'accept', content } }),
    );
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual([202, 202]);
    await stream.message((message) => stream.messages.indexOf(message) >= seen, 15_000);
    spent.push(performance.now() - since);
    sums.questions++;
  }

  async function round(_: unknown, i: number): Promise<void> {
    const session = await LegacySession.open(any(apps).port, { capabilities: { elicitation: {} } });
    const stream = await session.at(any(apps).port).stream('book', { city: 'Oslo' }, `book ${i}`);
    const first = await stream.message(isQuestion);
    await answerTwice(session, stream, first.id, [{ region: 'north' }, { region: 'south' }]);
    const second = await stream.message((message) => isQuestion(message) && message.id !== first.id);
    await answerTwice(session, stream, second.id, [{ travellers: 1 }, { travellers: 2 }]);
    await stream.end(15_000);
    const answers = stream.messages.filter(({ id, method }) => id === `book ${i}` && method === undefined);
    sums.double += Math.max(0, stream.messages.filter(isQuestion).length - 2) + Math.max(0, answers.length - 1);
    if (answers.length === 0) sums.lost++;
    const text = String(answers[0]?.result?.content?.[0]?.text);
    if (!/^Oslo (north|south) [12]$/.test(text)) sums.strange++;
    await session.end();
  }

  const rounds = times(40, 400) / 2;
  it(`P7 of ${2 * rounds} questions that are answered twice at once, each handler continues once with one of the answers`, async () => {
    for (let done = 0; done < rounds; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, round));
    figure('P7', 'questions answered twice at once', sums.questions);
    figure('P7', 'double', sums.double);
    figure('P7', 'lost', sums.lost);
    figure('P7', 'p99 from the answer to what the handler did next, seen by the client', percentile(spent, 0.99), 'ms');
    expect(sums).toEqual({ questions: 2 * rounds, double: 0, lost: 0, strange: 0 });
  }, 180_000);
});

describe('P7 lost answer signals', () => {
  const SESSION = { principal: 'alice', id: 'session-1' };
  const NEVER_MS = 1_000_000;
  let lines: readonly TcpProxy[];
  let members: readonly FleetMember[];
  beforeAll(async () => {
    const namespace = newNamespace();
    lines = await Promise.all([0, 1, 2].map(() => TcpProxy.start(redis.port)));
    members = await Promise.all(
      // The dropped replies are never detected: what arrives, arrives because the waiting call polls.
      lines.map(({ url }) => fleetMember({ redis: redis.url, broker: url, namespace, probeMs: NEVER_MS })),
    );
    await members[0]!.store.create({ ...SESSION, revision: '2025-11-25', clientCapabilities: {}, initialized: true });
  });
  afterAll(async () => {
    await Promise.all(members.map(({ close }) => close()));
    await Promise.all(lines.map((line) => line.close()));
  });

  const pendingRequestsOf = ({ commands, keys, broker }: FleetMember, checkMs: number) =>
    new RedisPendingRequests({ commands, keys, broker, checkMs, report: () => undefined });

  const resubscribeAll = () => Promise.all(members.map(({ broker }, i) => cutAndResubscribe(broker, lines[i]!)));

  it('P7 when some answer signals are lost, each waiting call gets one answer and no answer is lost', async () => {
    const waiters = members.map((member) => pendingRequestsOf(member, 200));
    const spent: Record<'signalled' | 'unsignalled', number[]> = { signalled: [], unsignalled: [] };
    const sums = { asked: 0, double: 0, lost: 0 };
    const one = async (unsignalled: number, i: number): Promise<void> => {
      const at = Math.floor(Math.random() * members.length);
      const id = `question ${sums.asked++} of ${i}`;
      const { response } = await waiters[at]!.expect(SESSION, id, 15_000);
      let resumed = 0;
      const outcomeOfCall = response.then(({ result }) => {
        resumed++;
        return { at: performance.now(), result };
      });
      if (unsignalled >= 0) lines[unsignalled]!.dropReplies();
      const since = performance.now();
      const accepted = await Promise.all(
        [1, 2].map(async (n) => ((await any(waiters).answer(SESSION, { jsonrpc: '2.0', id, result: { n } })) ? n : 0)),
      );
      const winners = accepted.filter((n) => n > 0);
      const outcome = await outcomeOfCall.catch(() => undefined);
      if (outcome === undefined || winners.length === 0) sums.lost++;
      else spent[at === unsignalled ? 'unsignalled' : 'signalled'].push(outcome.at - since);
      sums.double += winners.length - 1 + (resumed - 1);
      expect(outcome?.result).toEqual({ n: winners[0] });
    };
    const total = times(40, 400);
    for (let done = 0; done < total; done += AT_ONCE) {
      // In every other batch one of the three receives no signals.
      const unsignalled = (done / AT_ONCE) % 2 ? Math.floor(Math.random() * members.length) : -1;
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => one(unsignalled, i)));
      if (unsignalled >= 0) await resubscribeAll();
    }
    for (const waiter of waiters) waiter.close();
    figure('P7', 'double, with lost signals', sums.double);
    figure('P7', 'lost, with lost signals', sums.lost);
    figure('P7', 'p99 from the answer to the waiter', percentile(spent.signalled, 0.99), 'ms');
    if (spent.unsignalled.length) {
      figure(
        'P7',
        'p99 from the answer to the waiter without its signal, check 200 ms',
        percentile(spent.unsignalled, 0.99),
        'ms',
      );
    }
    expect(sums).toEqual({ asked: total, double: 0, lost: 0 });
  }, 120_000);

  it('control: a waiting call that never polls misses an answer whose signal was lost', async () => {
    const neverPolling = pendingRequestsOf(members[0]!, NEVER_MS);
    const { response, withdraw } = await neverPolling.expect(SESSION, 'starving', 1500);
    const outcome = response.then(
      () => 'answered',
      (error: Error) => error.message,
    );
    lines[0]!.dropReplies();
    expect(await members[1]!.pending.answer(SESSION, { jsonrpc: '2.0', id: 'starving', result: {} })).toBe(true);
    expect(await outcome).toBe('The client did not answer in time');
    withdraw();
    neverPolling.close();
    await resubscribeAll();
  });
});
