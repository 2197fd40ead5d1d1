import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { FLAWLESS, StreamRecorder } from '../../fixtures/fleet/stream-recorder.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES, modern } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { TaskClient } from '../../e2e/tasks/task-client.js';

const HOUR_MS = 3_600_000;
/** The TTL of everything here: long enough for a slow machine and short enough to wait for. */
const TTL_MS = 3000;
const timeouts = { timeout: times(30_000, 300_000) };

describe('F11, P11 two instances whose clocks are two hours apart', () => {
  let redis: RedisServer;
  let early: ChildInstance;
  let late: ChildInstance;
  let ways: readonly (readonly [from: ChildInstance, to: ChildInstance])[];
  beforeAll(async () => {
    redis = await RedisServer.start();
    const options = {
      ...{ redis: redis.url, redisPrefix: newNamespace(), preload: 'skewed-clock' },
      // The history is large enough that a gap can only be a fault.
      ...{ maxHistory: 100_000, maxHistoryBytes: 256 * 1024 * 1024 },
      ...{ sessionIdleTtlMs: TTL_MS, taskTtlMs: TTL_MS, requestState: { ttlMs: TTL_MS, singleUse: true } },
    };
    const start = (skewMs: number) => ChildInstance.start({ ...options, env: { CLOCK_SKEW_MS: `${skewMs}` } });
    [early, late] = await Promise.all([start(-HOUR_MS), start(HOUR_MS)]);
    ways = [
      [early, late],
      [late, early],
    ];
  });
  afterAll(async () => {
    await Promise.all([early.kill(), late.kill()]);
    await redis.dispose();
  });

  it('the clocks of the two instances are two hours apart', async () => {
    expect((await late.ask<number>('clock')) - (await early.ask<number>('clock'))).toBeGreaterThan(1.9 * HOUR_MS);
  });

  it(
    'P1 a session that both instances write to and that is read from both in turns misses nothing',
    timeouts,
    async () => {
      const total = times(300, 10_000);
      const session = await LegacySession.open(early.port);
      const recorder = new StreamRecorder();
      const speaking = (async () => {
        // Sequential, so that the order is known: the ids of one instance must follow those of the other.
        for (let n = 0; n < total; n++) {
          await (n % 2 ? early : late).sendLog(session.id, `${n}`);
          recorder.acked.push(`${n}`);
        }
      })();
      let cursor: string | undefined;
      for (let turn = 0; recorder.delivered.length < total; turn++) {
        const stream = await session.at((turn % 2 ? early : late).port).get(cursor);
        const wanted = Math.min(total - recorder.delivered.length, 1 + (turn % 23));
        await stream.frame(() => stream.messages.length >= wanted, 10_000);
        await stream.close();
        for (const { comment, id, data } of stream.frames) {
          if (comment === 'gap') recorder.listener({ kind: 'gap', reason: 'unknown', cursor: '' });
          if (id === undefined || !data) continue;
          const text = (JSON.parse(data) as JsonRpc).params!.data as string;
          recorder.listener({ kind: 'message', id, data: text, final: false });
        }
        cursor = stream.lastEventId;
      }
      await speaking;
      const { lost, duplicated, reordered, gaps } = recorder.flaws;
      figure('P11', 'messages acknowledged with clocks two hours apart', total, 'messages');
      figure('P11', 'lost, duplicated, reordered or falsely signalled', lost + duplicated + reordered + gaps);
      expect(recorder.flaws).toEqual(FLAWLESS);
    },
  );

  /** Measures how far from its time something expires on the other instance. */
  async function expiry(isThere: () => Promise<boolean>, since: number): Promise<number> {
    while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
    return performance.now() - since - TTL_MS;
  }

  function expectInTime(errors: readonly number[], what: string): void {
    const worst = errors.reduce((a, b) => (Math.abs(a) > Math.abs(b) ? a : b));
    figure('F11', `${what} expire with clocks an hour wrong, worst error`, worst, 'ms');
    expect(Math.min(...errors)).toBeGreaterThan(-1000);
    expect(Math.max(...errors)).toBeLessThan(5000);
  }

  it('sessions of either instance expire in time on the other', timeouts, async () => {
    const errors = ways.map(async ([from, to]) => {
      const session = await LegacySession.open(from.port);
      const since = performance.now();
      // Every request extends the TTL, so the check does not use HTTP; sending a message is no request.
      return expiry(async () => (await to.sendLog(session.id, 'still there?')) !== 'unknown', since);
    });
    expectInTime(await Promise.all(errors), 'sessions');
  });

  it('tasks of either instance are found and expire in time on the other', timeouts, async () => {
    const errors = ways.map(async ([from, to]) => {
      const since = performance.now();
      const task = await new TaskClient(from.port).start('work', { ms: 100 });
      const there = new TaskClient(to.port);
      await expect.poll(async () => (await there.get(task)).result?.status).toBe('completed');
      return expiry(async () => (await there.get(task)).error === undefined, since);
    });
    expectInTime(await Promise.all(errors), 'tasks');
  });

  const ask = async (port: number, more: object = {}): Promise<JsonRpc> => {
    const meta = { [CLIENT_CAPABILITIES]: { elicitation: { form: {} } } };
    const reply = await send(port, modern('tools/call', { name: 'greet', arguments: {}, ...more }, { meta }));
    return JSON.parse(reply.body) as JsonRpc;
  };
  const answerTo = ({ result }: JsonRpc) => {
    const [key] = Object.keys(result!.inputRequests as object);
    const inputResponses = { [key!]: { action: 'accept', content: { name: 'Ada' } } };
    return { requestState: result!.requestState, inputResponses };
  };

  it(
    'P14 a request state of either instance is accepted by the other, and refused once it has expired',
    timeouts,
    async () => {
      const errors = ways.map(async ([from, to]) => {
        const asked = await ask(from.port);
        expect((await ask(to.port, answerTo(asked))).result).toMatchObject({ content: [{ text: 'Hello, Ada' }] });
        const since = performance.now();
        // Each state can be used once, so each try has its own.
        const states = await Promise.all(Array.from({ length: 120 }, () => ask(from.port)));
        return expiry(async () => (await ask(to.port, answerTo(states.shift()!))).error === undefined, since);
      });
      expectInTime(await Promise.all(errors), 'request states');
    },
  );
});
