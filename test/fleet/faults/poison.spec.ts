import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisKeys } from '../../../lib/redis/keys.js';
import { sessionKeyText } from '../../../lib/session/session-key.js';
import { STANDALONE_STREAM } from '../../../lib/stream/event-log.js';
import { ChildInstance } from '../../fixtures/processes/child-instance.js';
import { figure, times } from '../../fixtures/measurements/figures.js';
import { anonymous } from '../../fixtures/fleet/stream-subscription.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call, post } from '../../fixtures/clients/mcp-requests.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { send, sendBytes } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';

const G = STANDALONE_STREAM;
const MIB = 1024 * 1024;
const LIMIT = MIB;
const FLOOD = times(2000, 100_000);
const MAX_SESSIONS = FLOOD / 2;
const AT_ONCE = 50;
const timeouts = { timeout: times(60_000, 600_000) };

const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;
const isGap = ({ comment }: { comment?: string }) => comment === 'gap';

describe('F15 malformed input to one instance of a fleet', () => {
  let redis: RedisServer;
  let instance: ChildInstance;
  let keys: RedisKeys;
  let base: number;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const redisPrefix = newNamespace();
    instance = await ChildInstance.start({
      ...{ redis: redis.url, redisPrefix, redisWaitMs: 1000 },
      ...{ maxBodyBytes: LIMIT, maxSessions: MAX_SESSIONS, maxSessionsPerClient: MAX_SESSIONS },
    });
    keys = new RedisKeys(`${redisPrefix}:default`);
    for (let i = 0; i < 50; i++) await send(instance.port, call('echo', { name: 'warm' }));
    base = await instance.weigh();
  });
  afterAll(async () => {
    await instance.kill();
    await redis.dispose();
  });

  /** Asserts that the same process still serves requests. */
  async function expectHealthy(): Promise<void> {
    expect(instance.alive).toBe(true);
    const reply = await send(instance.port, call('echo', { name: 'well' }));
    expect([reply.status, (JSON.parse(reply.body) as JsonRpc).result!.content[0].text]).toEqual([200, 'well']);
  }

  it('F15 an instance survives bodies of ten times the limit and JSON with a million levels', timeouts, async () => {
    const rounds = times(5, 200);
    const deep = (open: string, close: string) => open.repeat(1_000_000) + close.repeat(1_000_000);
    const statuses = new Set<number>();
    for (let i = 0; i < rounds; i++) {
      const large = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(10 * LIMIT) } });
      // A server that refuses early may close before everything is sent; the test checks what it does afterwards.
      for (const body of [large, deep('[', ']'), deep('{"a":', '}')]) {
        statuses.add(
          await send(instance.port, post(body)).then(
            ({ status }) => status,
            () => 413,
          ),
        );
      }
      const within = deep('[', ']').slice(0, LIMIT - 10);
      statuses.add((await send(instance.port, post(within))).status);
    }
    expect([...statuses].toSorted()).toEqual([400, 413]);
    await expectHealthy();
  });

  it('F15 an instance survives bytes that are not HTTP and requests that never finish', async () => {
    // A server may also reset a meaningless connection.
    const cut = () => undefined;
    await sendBytes(instance.port, Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256)), 500).catch(
      cut,
    );
    await sendBytes(
      instance.port,
      'POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"jsonrpc"',
      300,
    ).catch(cut);
    await expectHealthy();
  });

  it(
    `F15 a flood of ${FLOOD} sessions ends idle sessions beyond ${MAX_SESSIONS}, but none with an open stream`,
    timeouts,
    async () => {
      const listening = await LegacySession.open(instance.port);
      const stream = await listening.get();
      await stream.frame(({ id }) => id !== undefined);
      const statuses: Record<number, number> = {};
      for (let i = 0; i < FLOOD; i += AT_ONCE) {
        const replies = await Promise.all(
          Array.from({ length: AT_ONCE }, () => send(instance.port, initializeRequest())),
        );
        for (const { status, headers } of replies) {
          statuses[status] = (statuses[status] ?? 0) + 1;
          if (status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        }
      }
      const kept = await redis.admin.zcard(keys.allSessions);
      figure('F15', 'sessions offered', FLOOD);
      figure('F15', 'sessions kept of them', kept);
      expect(statuses[200]).toBeGreaterThan(MAX_SESSIONS);
      expect(kept).toBeLessThanOrEqual(MAX_SESSIONS);
      expect((await listening.post(listening.message('ping'))).status).toBe(200);
      await stream.close();
      await expectHealthy();
      await redis.admin.flushall();
    },
  );

  const statusOf = async (session: LegacySession): Promise<number> =>
    (await session.post(session.message('tools/list'))).status;

  /** Has the instance read the session again. Otherwise it would do so after a heartbeat. */
  async function forget({ id }: LegacySession): Promise<void> {
    const pattern = keys.wire(keys.sessionChanges);
    await redis.admin.publish(pattern, JSON.stringify({ pattern, data: sessionKeyText(anonymous(id)) }));
  }

  it('F15 a session whose record in Redis is corrupt is unknown', async () => {
    const session = await LegacySession.open(instance.port);
    const name = keys.session(anonymous(session.id));
    for (const record of ['', 'no JSON', 'null', '7', '[]', '{}', '{"revision":"1999-01-01"}', '{"revision":7}']) {
      await redis.admin.hset(name, 'r', record);
      await forget(session);
      await expect.poll(() => statusOf(session), { message: record }).toBe(404);
    }
    expect(instance.stderr).toContain('The record of a session in Redis is corrupt');
    expect(instance.stderr).not.toContain(session.id);
    await expectHealthy();
  });

  it('F15 a session key of another Redis type is refused without an effect on other sessions', async () => {
    const session = await LegacySession.open(instance.port);
    await redis.admin.set(keys.session(anonymous(session.id)), 'a text');
    await forget(session);
    await expect.poll(() => statusOf(session)).toBe(404);
    await instance.sendLog(session.id, 'lost').catch(() => undefined);
    await expectHealthy();
  });

  it('P3 a corrupt log entry is one gap, and a corrupt signal has no effect', timeouts, async () => {
    const rounds = times(3, 50);
    let [gaps, silent] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const session = await LegacySession.open(instance.port);
      const log = `${keys.logs(anonymous(session.id))}${G}`;
      const name = keys.session(anonymous(session.id));
      const first = await session.get();
      await instance.sendLog(session.id, 'first');
      await first.message(hasData('first'));
      await first.close();
      const corrupt: [string, string][][] = [
        [['nonsense', 'x'.repeat(100)]],
        [
          ['p', '0-0'],
          ['t', '1'],
          ['x', 'd'],
        ],
        [
          ['p', 'p'],
          ['t', '1'],
          ['d', '{}'],
        ],
      ];
      const id = (await redis.admin.xadd(log, '*', ...corrupt[round % corrupt.length]!.flat()))!;
      const head = (await redis.admin.hget(name, `h:${G}`))!;
      await redis.admin.hset(name, `h:${G}`, head.replace(/^\S+/, id));
      await instance.sendLog(session.id, 'second');
      const back = await session.get(first.lastEventId);
      await back.message(hasData('second'));
      for (const signal of [
        '',
        '{',
        '{"pattern":1}',
        '"',
        '\u0000\uffff',
        'x'.repeat(MIB),
        signalOf(session.id, 'x'.repeat(MIB)),
      ]) {
        await redis.admin.publish(keys.wire(keys.signals(anonymous(session.id))), signal);
      }
      await instance.sendLog(session.id, 'third');
      await back.message(hasData('third'));
      const signalled = back.frames.filter(isGap).length;
      gaps += signalled;
      if (signalled === 0) silent++;
      await back.close();
    }
    figure('F15', 'gaps per corrupt entry', gaps / rounds);
    figure('F15', 'corrupt entries nobody was told of', silent);
    expect([gaps, silent]).toEqual([rounds, 0]);
    await expectHealthy();
  });

  it('P10 after all malformed input the same process runs with the memory of a few sessions', async () => {
    await expectHealthy();
    const grown = (await instance.weigh()) - base;
    figure('F15', 'crashes', instance.alive ? 0 : 1);
    figure('F15', 'memory of the instance before', base / MIB, 'MiB');
    figure('F15', 'memory it has grown by', grown / MIB, 'MiB');
    expect(grown / MIB).toBeLessThan(250);
  });

  const signalOf = (session: string, data: string): string =>
    JSON.stringify({ pattern: keys.wire(keys.signals(anonymous(session))), data });
});
