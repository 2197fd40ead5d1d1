import { EventEmitter } from 'node:events';
import { Cluster, Redis } from 'ioredis';
import { McpOptionsError } from 'nestjs-mcp-fleet';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../lib/redis/connection/redis-option-problem.js';
import type { RedisOption } from '../../../lib/redis/connection/redis-option.js';
import { nestApp } from '../../fixtures/applications/nest-app.js';

const place = { host: 'redis', port: 6379 };
const sentinels = [place];
const nodeRedis = Object.assign(new EventEmitter(), { duplicate: () => undefined, isReady: true });
const lazy = { lazyConnect: true } as const;

describe('invalid values of the option redis', () => {
  it.each<[given: unknown, sentence: string]>([
    ['http://redis:6379', 'is a URL that begins with "http:"; it must begin with "redis://", or "rediss://" for TLS'],
    ['redis:6379', 'is a URL that begins with ""'],
    ['//redis:6379', 'is a URL that begins with ""'],
    ['redis://:a/secret@redis:6379', 'is not a valid URL'],
    ['redis://redis:70000', 'is not a valid URL'],
    ['redis://:%ZZsecret@redis', 'has a "%" that begins no escape; write it as "%25"'],
    ['redis://us%er:secret@redis', 'has a "%" that begins no escape'],
    ['redis://redis/%', 'has a "%" that begins no escape'],
    ['redis://:secret%C3@redis', 'has a "%" that begins no escape'],
    ['redis://redis/0?password=secret%2', 'has a "%" that begins no escape'],
    [[place], 'is a list; give the nodes of a cluster as { nodes: [{ host, port }] }'],
    [nodeRedis, 'is a client of another library'],
    [{ url: 'redis://redis' }, 'has "url", which ioredis does not know'],
    [{ socket: place }, 'has "socket", which ioredis does not know'],
    [{ host: '' }, 'needs "host" to be a non-empty string'],
    [{ port: 0 }, 'needs "port" to be a whole number from 1 to 65535'],
    [{ port: 65_536 }, 'needs "port"'],
    [{ port: '6379' }, 'needs "port"'],
    [{ db: -1 }, 'needs "db" to be a whole number'],
    [{ path: '/run/redis.sock', host: 'redis' }, 'has both "path", a Unix socket, and an address'],
    [{ sentinels: [], name: 'one' }, 'needs "sentinels" to be a list of at least one { host, port }'],
    [{ sentinels: [{ host: 'redis' }], name: 'one' }, 'has an element in "sentinels" that is not { host, port }'],
    [{ sentinels }, 'has "sentinels" without "name"'],
    [{ sentinels, name: 'one', host: 'redis' }, 'has both "sentinels" and an address'],
    [{ sentinels, name: 'one', role: 'slave' }, 'needs "role" to be "master"'],
    [{ nodes: [] }, 'needs "nodes" to be a list of at least one { host, port }'],
    [{ nodes: [{ host: 'redis', port: 70_000 }] }, 'has an element in "nodes" that is not { host, port }'],
    [{ nodes: [place], password: 'secret' }, 'has "nodes" and "password"; options of a cluster belong in "options"'],
    [{ nodes: [place], options: 'fast' }, 'needs "options" to be an object'],
  ])('the option redis is refused as %j because it %s', (given, sentence) => {
    const problem = problemOf(given as RedisOption);
    expect(problem).toContain(sentence);
    expect(problem).not.toContain('secret');
  });

  it('A13 the start fails with McpOptionsError for a password with a bad percent sign, and does not show it', async () => {
    const starting = nestApp({}, { mcp: { redis: 'redis://user:p%ZZ@redis' } });
    await expect(starting).rejects.toThrow(McpOptionsError);
    await expect(starting).rejects.not.toThrow(/p%ZZ/);
  });

  it('the start fails with McpOptionsError that names the option redis', async () => {
    const starting = nestApp({}, { mcp: { redis: 'http://redis:6379' } });
    await expect(starting).rejects.toThrow(McpOptionsError);
    await expect(starting).rejects.toThrow(
      'McpModule option "redis" is a URL that begins with "http:"; it must begin with "redis://", or "rediss://" for TLS.',
    );
  });
});

describe('valid values of the option redis', () => {
  it.each<[given: RedisOption]>([
    ['redis://redis'],
    ['REDISS://user:p%2Fw@redis:6379/1'],
    ['redis://[::1]:6379'],
    ['/run/redis.sock'],
    [{}],
    [{ path: '/run/redis.sock' }],
    [{ ...place, username: 'mcp', password: 'secret', db: 1, tls: {} }],
    [{ sentinels, name: 'one' }],
    [{ nodes: [place], options: { redisOptions: { password: 'secret' } } }],
  ])('the option redis is accepted as %j', (given) => {
    expect(problemOf(given)).toBeUndefined();
  });

  it('the option redis is accepted as a client or cluster of ioredis', () => {
    for (const client of [new Redis(lazy), new Cluster([place], lazy)]) {
      expect(problemOf(client)).toBeUndefined();
      client.disconnect();
    }
  });
});
