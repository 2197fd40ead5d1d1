import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { redisAdvice } from '../../../lib/redis/connection/redis-advice.js';
import { redisErrorKind } from '../../../lib/redis/connection/redis-error-kind.js';
import { loadOptionalPackage } from '../../../lib/redis/connection/load-optional-package.js';
import { RedisKeyRing } from '../../../lib/redis/state/redis-key-ring.js';
import type { RedisOption } from '../../../lib/redis/connection/redis-option.js';
import { fleetApp } from '../../fixtures/applications/fleet-app.js';
import { fsck } from '../../fixtures/fleet/fsck.js';
import { fleetMember, newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';

const ALICE = { principal: 'alice', id: 'session-1' };
const RECORD = { ...ALICE, revision: '2025-11-25', clientCapabilities: {}, initialized: true } as const;

/** How long the streams of P16 are idle. */
const IDLE_MS = 10_000;

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.dispose();
});

describe('the option redis', () => {
  const forms: [name: string, make: () => RedisOption][] = [
    ['a URL', () => redis.url],
    ['options', () => ({ host: '127.0.0.1', port: redis.port, keyPrefix: 'ignored:', retryStrategy: () => null })],
    ['a client', () => new Redis({ port: redis.port, maxRetriesPerRequest: 1, enableOfflineQueue: true })],
    ['a user with an ACL', () => ({ port: redis.port, username: 'fleet', password: 'secret' })],
  ];

  it.each(forms)('the option redis may be %s', async (name, make) => {
    await redis.admin.acl(
      'SETUSER',
      'fleet',
      'on',
      '>secret',
      '~acl:*',
      '&acl:*',
      '-@all',
      '+@read',
      '+@write',
      '+@pubsub',
      '+@scripting',
      '+@connection',
      '+info',
      '+time',
      '-@dangerous',
    );
    await redis.admin.acl('SETUSER', 'fleet', '+info');
    const option = make();
    const member = await fleetMember({ redis: option, namespace: 'acl:default' });
    await member.store.create(RECORD);
    expect((await member.log.append(ALICE, 'g', name)).kind).toBe('appended');
    const received = new Promise((resolve) => void member.broker.subscribe('c', resolve));
    await expect.poll(() => member.broker.sizes.listeners).toBe(1);
    await member.broker.publish('c', 'x');
    expect(await received).toBe('x');
    await member.store.end(ALICE);
    await member.close();
    if (option instanceof Redis) {
      expect(await option.ping()).toBe('PONG');
      option.disconnect();
    }
    await expect.poll(async () => (await redis.admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) as string).toBe('');
  });

  it('a missing package of the option redis is reported with the command that installs it', async () => {
    const missing = loadOptionalPackage(
      'ioredis',
      () => import('a-package-that-is-not-there' as string) as Promise<never>,
    );
    await expect(missing).rejects.toThrow(
      'The option "redis" needs the package ioredis. Install it: npm install ioredis @nestjs/microservices',
    );
  });
});

describe('redisErrorKind()', () => {
  it('P15 the kind of a Redis error contains no key and no session', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED mcp:{anon:secret}:s'), { code: 'ECONNREFUSED' });
    const forbidden = Object.assign(new Error('NOPERM mcp:{anon:secret}:s'), { name: 'ReplyError' });
    expect([refused, forbidden].map(redisErrorKind)).toEqual(['ECONNREFUSED', 'NOPERM']);
  });
});

describe('redisAdvice()', () => {
  it('redisAdvice() names settings of Redis that risk data, and is empty for a safe configuration', async () => {
    const member = await fleetMember({ redis: redis.url });
    await redis.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(
      (await redisAdvice(member.commands)).map((sentence) => /noeviction|append-only/.exec(sentence)?.[0]),
    ).toEqual(['noeviction', 'append-only']);
    await redis.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.admin.config('SET', 'appendonly', 'yes');
    expect(await redisAdvice(member.commands)).toEqual([]);
    await redis.admin.config('SET', 'appendonly', 'no');
    await member.close();
  });
});

describe('RedisKeyRing', () => {
  const ring = (member: Awaited<ReturnType<typeof fleetMember>>) =>
    new RedisKeyRing(member.commands, member.keys, 600_000, () => undefined, Date.now);
  const sealed = async (keys: RedisKeyRing, text: string) => {
    await expect.poll(() => keys.ready().catch(() => 'not ready'), { timeout: 5000 }).toBeUndefined();
    return keys.seal(text);
  };

  it('all instances use the same key ring and open the tokens of each other', async () => {
    const namespace = newNamespace();
    const members = await Promise.all([0, 1, 2].map(() => fleetMember({ redis: redis.url, namespace })));
    const rings = members.map(ring);
    const tokens: string[] = [];
    for (const [i, keys] of rings.entries()) {
      await keys.refresh();
      tokens.push(keys.seal(`${i}`));
    }
    for (const keys of rings) expect(tokens.map((token) => keys.open(token))).toEqual(['0', '1', '2']);
    for (const keys of rings) keys.close();
    await Promise.all(members.map(({ close }) => close()));
  });

  it('an old key ring is renewed while tokens of its old key stay valid, and other instances fetch the new key', async () => {
    const namespace = newNamespace();
    const [one, other] = await Promise.all([0, 1].map(() => fleetMember({ redis: redis.url, namespace })));
    const early = ring(one!);
    await early.refresh();
    const old = early.seal('old');
    const dayOld = (await redis.admin.get(one!.keys.keyRing))!.replace(
      /^\d+/,
      (made) => `${Number(made) - 25 * 3_600_000}`,
    );
    await redis.admin.set(one!.keys.keyRing, dayOld, 'KEEPTTL');
    const late = ring(other!);
    await late.refresh();
    const fresh = late.seal('fresh');
    expect(late.open(old)).toBe('old');
    expect(early.knows(fresh)).toBe(false);
    await expect.poll(async () => (await early.refresh(), early.open(fresh)), { timeout: 4000 }).toBe('fresh');
    expect(early.open(old)).toBe('old');
    expect(await redis.admin.pttl(one!.keys.keyRing)).toBeGreaterThan(24 * 3_600_000);
    early.close();
    late.close();
    await Promise.all([one!.close(), other!.close()]);
  });

  it('the key ring of a fleet refuses to seal until Redis is reachable', async () => {
    const absent = await RedisServer.absent();
    const member = await fleetMember({ redis: absent.url, waitMs: 200 });
    const keys = ring(member);
    expect(() => keys.seal('x')).toThrow('try again');
    await expect(keys.refresh()).rejects.toThrow('try again');
    await absent.start();
    expect(keys.open(await sealed(keys, 'x'))).toBe('x');
    keys.close();
    await member.close();
    await absent.dispose();
  });
});

describe('resource use of a fleet', () => {
  it('P10 every key of a fleet has a TTL, and no key of a session remains after it', async () => {
    const prefix = newNamespace();
    const app = await fleetApp({
      redis: redis.url,
      redisPrefix: prefix,
      sessionIdleTtlMs: 1500,
      resultTtlMs: 1500,
      historyTtlMs: 1500,
    });
    for (let i = 0; i < 10; i++) {
      const session = await LegacySession.open(app.port);
      await session.request('resources/subscribe', { uri: 'wire://fixed' });
      const post = await session.stream('speak', { count: 3 });
      await post.end();
      const standalone = await session.get();
      await app.mcp.sendToSession(session.id, { level: 'error', data: i });
      await standalone.message(({ params }) => params?.data === i);
      await standalone.close();
      if (i % 2) await session.end();
    }
    expect(await fsck(redis.admin, prefix)).toEqual([]);
    // These keys belong to the fleet and to the instance, not to a session.
    const lasting = ['keyring', 'i:', '{:all}:'].map((name) => `${prefix}:default:${name}`);
    const left = async () =>
      (await redis.admin.keys(`${prefix}:*`)).filter((key) => !lasting.some((name) => key.startsWith(name)));
    expect((await left()).length).toBeGreaterThan(5);
    await expect.poll(left, { timeout: 6000, interval: 200 }).toEqual([]);
    await app.close();
  });

  it('P16 an idle stream costs one read per self-check and an idle session costs nothing', async () => {
    // The timers of the instance run on a virtual clock, its commands reach the real Redis.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const app = await fleetApp({ redis: redis.url, redisPrefix: newNamespace() });
    const sessions = await Promise.all(Array.from({ length: 20 }, () => LegacySession.open(app.port)));
    const streams = await Promise.all(sessions.slice(0, 10).map((session) => session.get()));
    await Promise.all(streams.map((stream) => stream.frame(({ id }) => id !== undefined)));
    await redis.admin.config('RESETSTAT');
    for (let ms = 0; ms < IDLE_MS; ms += 100) {
      await vi.advanceTimersByTimeAsync(100);
      // Every command that a timer has sent is executed before the clock moves on.
      await redis.admin.ping();
    }
    const stats = await redis.admin.info('commandstats');
    const calls = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    const scripts = calls('evalsha') + calls('eval');
    process.stdout.write(
      `P16: 10 idle streams and 10 idle sessions for ${IDLE_MS / 1000} s: ${scripts} scripts, ${calls('publish')} publishes\n`,
    );
    // An interval of 7.5 s ± a third fits into 10 s once or twice.
    expect(scripts).toBeGreaterThanOrEqual(10);
    expect(scripts).toBeLessThanOrEqual(20);
    expect(calls('publish')).toBeLessThanOrEqual(3);
    await Promise.all(streams.map((stream) => stream.close()));
    await app.close();
  });
});
