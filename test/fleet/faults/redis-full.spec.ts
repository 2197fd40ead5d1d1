import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fleetApp, type FleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest, LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';

const FULL = /Redis is full \(OOM\)/;
const isResult = ({ id }: JsonRpc) => id === 'full';
const hasData = (data: unknown) => (message: JsonRpc) => message.params?.data === data;

let redis: RedisServer;
let app: FleetApp;
beforeEach(async () => {
  redis = await RedisServer.start({ settings: { maxmemory: '6mb', 'maxmemory-policy': 'noeviction' } });
  app = await fleetApp({ redis: redis.url, redisPrefix: newNamespace() });
});
afterEach(async () => {
  await app.close();
  await redis.dispose();
});

/** Fills Redis with keys of somebody else. */
async function fill(): Promise<void> {
  for (const size of [100_000, 1000, 10]) {
    for (let i = 0; ; i++) {
      const stored = await redis.admin.set(`others ${size} ${i}`, 'x'.repeat(size)).catch(() => undefined);
      if (stored === undefined) break;
    }
  }
}

describe('A11 a Redis with a small maxmemory that others have filled', () => {
  it('a full Redis is called full, refuses with 503, and lets calls end', { timeout: 30_000 }, async () => {
    const session = await LegacySession.open(app.port);
    const before = await session.stream('holdLoudly', { key: 'before' }, 'full');
    await before.message(hasData('before'));
    await fill();
    // Whatever is freed meanwhile must not make room for what sessions and calls store.
    await redis.admin.config('SET', 'maxmemory', '1mb');

    const refused = await send(app.port, initializeRequest());
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(app.logs.warnings).toContainEqual(expect.stringMatching(FULL));
    expect(app.logs.warnings).not.toContainEqual(expect.stringContaining('cannot be reached'));
    expect((await send(app.port, call('echo', { text: 'plain' }))).status).toBe(200);
    expect((await session.request('ping')).result).toEqual({});

    // One call began before Redis was full, and one begins now: both report, and both end with their answers.
    const now = await session.stream('holdLoudly', { key: 'now' }, 'full');
    const begun = performance.now();
    app.gate.release('before');
    app.gate.release('now');
    for (const stream of [before, now]) {
      await stream.message(isResult, 10_000);
      expect(stream.messages.at(-1)).toMatchObject({ result: { content: [{ type: 'text' }] } });
    }
    expect(performance.now() - begun).toBeLessThan(8000);
    const outcome = await app.mcp.sendToSession(session.id, { level: 'error', data: 'x' }).then(
      () => 'sent',
      (error: Error) => error.name,
    );
    expect(outcome).toBe('BackendFullError');

    await redis.admin.config('SET', 'maxmemory', '6mb');
    await redis.admin.flushall();
    await expect.poll(async () => (await send(app.port, initializeRequest())).status).toBe(200);
  });
});
