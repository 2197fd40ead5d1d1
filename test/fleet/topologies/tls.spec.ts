import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetApp } from '../../fixtures/applications/fleet-app.js';
import { initializeRequest } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { expectOneServer } from '../../fixtures/fleet/expect-one-server.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { TlsRedis } from '../../fixtures/redis/redis-tls.js';
import type { RedisOption } from '../../../lib/redis/connection/redis-option.js';

let redis: TlsRedis;
beforeAll(async () => void (redis = await TlsRedis.start()));
afterAll(() => redis.dispose());

describe('a fleet over TLS', () => {
  const forms: [name: string, make: () => { option: RedisOption; own?: Redis }][] = [
    ['options', () => ({ option: { host: '127.0.0.1', port: redis.port, tls: redis.tls } })],
    [
      'a client',
      () => {
        const own = new Redis(`rediss://127.0.0.1:${redis.port}`, { tls: redis.tls });
        return { option: own, own };
      },
    ],
  ];

  it.each(forms)('two instances over TLS act as one server when it is given as %s', async (name, make) => {
    const { option, own } = make();
    const options = { redis: option, redisPrefix: `tls-${name.replace(' ', '-')}` };
    const [a, b] = await Promise.all([fleetApp(options), fleetApp(options)]);
    await expectOneServer(a, b);
    await Promise.all([a.close(), b.close()]);
    expect([...a.logs.errors, ...b.logs.errors]).toEqual([]);
    own?.disconnect();
  });

  it.each([
    ['an authority that did not sign it', () => ({ ...redis.tls, ca: redis.foreignCa }), /\(\w*(?:SIGN|VERIFY)\w*\)/],
    ['another name than it has', () => ({ ...redis.tls, servername: 'redis.example.com' }), /ERR_TLS_CERT_ALTNAME/],
    ['no certificate of the client', () => ({ ca: redis.tls.ca }), /\(ERR_SSL_\w+\)|\(ECONNRESET\)|\(EPIPE\)/],
  ])('P9 an application starts, logs the cause and answers sessions with 503 with %s', async (_, tls, kind) => {
    const app = await fleetApp({ redis: { host: '127.0.0.1', port: redis.port, tls: tls() }, redisWaitMs: 300 });
    const plain = await send(app.port, call('echo', { text: 'plain' }));
    expect(plain.status).toBe(200);
    const refused = await send(app.port, initializeRequest());
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    expect(app.logs.warnings.join()).toMatch(/A Redis connection failed and is retried/);
    expect(app.logs.warnings.join()).toMatch(kind);
    expect(app.logs.warnings.length).toBeLessThan(6);
    expect(app.logs.errors).toEqual([]);
    await app.close();
  });
});
