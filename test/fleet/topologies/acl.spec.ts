import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { figure } from '../../fixtures/measurements/figures.js';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { expectOneServer, log, hasData } from '../../fixtures/fleet/expect-one-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { documentedRule } from './documented-rule.js';

const { words: rule, password } = documentedRule;

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
beforeEach(async () => {
  await redis.admin.acl('DELUSER', 'mcp');
  await redis.admin.call('ACL', ...rule);
});
afterAll(async () => {
  await redis.dispose();
});

const option = (secret = password) => ({ host: '127.0.0.1', port: redis.port, username: 'mcp', password: secret });
const connections = async (): Promise<number> =>
  Number(/total_connections_received:(\d+)/.exec(await redis.admin.info('stats'))![1]);
const begin = (app: FleetApp) => send(app.port, initializeRequest());

/** Asserts that requests without Redis work and that the log contains neither a session nor a password. */
async function expectUnaffected(app: FleetApp): Promise<void> {
  expect((await send(app.port, call('echo', { text: 'plain' }))).status).toBe(200);
  const logged = [...app.logs.warnings, ...app.logs.errors].join('\n');
  expect(logged).not.toContain(password);
  expect(logged).not.toMatch(/mcp:default/);
}

describe('a Redis user with ACL rights', () => {
  it('a fleet runs with exactly the documented ACL rights', async () => {
    const [a, b] = await Promise.all([fleetApp({ redis: option() }), fleetApp({ redis: option() })]);
    await expectOneServer(a, b);
    await Promise.all([a.close(), b.close()]);
    expect([...a.logs.errors, ...a.logs.warnings.filter((line) => !line.includes('append-only'))]).toEqual([]);
    expect(await redis.admin.acl('LOG')).toEqual([]);
  });

  it.each([
    ['a right to write', ['-hset']],
    ['a right to read', ['-zcount']],
    ['scripts', ['-evalsha', '-eval']],
    ['its keys', ['resetkeys', '~other:*']],
  ])('initialize is answered with 500, and the error code is logged, for an ACL user without %s', async (_, less) => {
    await redis.admin.call('ACL', 'SETUSER', 'mcp', ...less);
    const app = await fleetApp({ redis: option(), redisWaitMs: 500 });
    const refused = await begin(app);
    const body = JSON.parse(refused.body) as { error: { code: number } };
    expect([refused.status, body.error.code]).toEqual([500, -32603]);
    expect(refused.body).not.toMatch(/NOPERM|mcp:/);
    expect(app.logs.errors.join()).toContain('Redis refused a command (NOPERM)');
    await expectUnaffected(app);
    await redis.admin.call('ACL', ...rule);
    await expect.poll(() => begin(app).then(({ status }) => status), { timeout: 8000 }).toBe(200);
    await app.close();
  });

  it.each([
    ['its channels', ['resetchannels']],
    ['a right to subscribe', ['-subscribe']],
  ])(
    'an ACL user without %s makes streams wait, is logged, retries at a moderate rate and recovers',
    async (_, less) => {
      await redis.admin.call('ACL', 'SETUSER', 'mcp', ...less);
      const app = await fleetApp({ redis: option(), redisWaitMs: 500 });
      const session = await LegacySession.open(app.port);
      const stream = await session.get();
      await expect
        .poll(() => app.logs.warnings.join(), { timeout: 8000 })
        .toContain('The Redis subscriber could not resubscribe (NOPERM)');
      const [before, since] = [await connections(), performance.now()];
      const attempts = async () => (await connections()) - before;
      await expect.poll(attempts, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
      const perSecond = (await attempts()) / ((performance.now() - since) / 1000);
      figure('P9', 'connections per second of a user that may not subscribe', perSecond);
      expect(perSecond).toBeLessThan(6);
      await expectUnaffected(app);
      await redis.admin.call('ACL', ...rule);
      await stream.frame(({ id }) => id !== undefined, 15_000);
      await app.mcp.sendToSession(session.id, log('heard'));
      await stream.message(hasData('heard'));
      await stream.close();
      await app.close();
    },
  );

  it('an application with a wrong Redis password starts, logs it, answers 503 and recovers with the right one', async () => {
    const app = await fleetApp({ redis: option('wrong'), redisWaitMs: 300 });
    const refused = await begin(app);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(app.logs.warnings.join()).toContain('A Redis connection failed and is retried (WRONGPASS)');
    await expectUnaffected(app);
    await redis.admin.call('ACL', 'SETUSER', 'mcp', '>wrong');
    await expect.poll(() => begin(app).then(({ status }) => status), { timeout: 8000 }).toBe(200);
    expect(app.logs.errors).toEqual([]);
    await app.close();
  });
});
