import { type CanActivate, type ExecutionContext, HttpException, Injectable } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditSink, McpTool, type McpModuleOptions } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type AdapterName, type NestApp } from '../../fixtures/applications/nest-app.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { newNamespace } from '../../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../../fixtures/redis/redis-server.js';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';

@Injectable()
class Tools {
  @McpTool()
  hello(): string {
    return 'hello';
  }
}

/** Answers with the status that the request asks for. */
@Injectable()
class Doorman implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers['x-status'] === undefined) return true;
    throw new HttpException('no', Number(headers['x-status']));
  }
}

const ends = ({ events }: RecordingSink) => events.filter(({ kind }) => kind === 'session-end');

describe.each(['memory', 'redis'] as const)('sessions that nobody ends, in %s', (backend) => {
  let redis: RedisServer | undefined;
  let apps: readonly NestApp[];
  const sink = new RecordingSink();
  const start = async (options: Partial<McpModuleOptions>): Promise<NestApp> => {
    const shared = redis && { redis: redis.url, redisPrefix: newNamespace() };
    const instance = (): Promise<NestApp> =>
      nestApp({ providers: [Tools, { provide: AuditSink, useValue: sink }] }, { mcp: { ...shared, ...options } });
    apps = await Promise.all(backend === 'redis' ? [instance(), instance()] : [instance()]);
    return apps[0]!;
  };
  beforeEach(async () => {
    sink.events.splice(0);
    redis = backend === 'redis' ? await RedisServer.start() : undefined;
  });
  afterEach(async () => {
    for (const app of apps) await app.close();
    await redis?.dispose();
  });

  it('are recorded once when they have expired, for the principal that they belonged to', async () => {
    const app = await start({ sessionIdleTtlMs: 1000 });
    const session = await LegacySession.open(app.port);
    await expect.poll(() => ends(sink), { timeout: 10_000 }).toHaveLength(1);
    expect(ends(sink)).toEqual([
      {
        ...{ kind: 'session-end', at: expect.any(Number), instance: expect.any(String) },
        ...{ who: { principal: 'anon' }, session: sink.events[0]!.session, outcome: 'timeout' },
      },
    ]);
    expect(JSON.stringify(sink.events)).not.toContain(session.id);
    // Another period passes without a second event.
    const another = await LegacySession.open(app.port);
    await expect.poll(() => ends(sink), { timeout: 10_000 }).toHaveLength(2);
    expect(new Set(ends(sink).map((event) => event.session)).size).toBe(2);
    expect((await another.post(another.message('ping'))).status).toBe(404);
  });

  it('are recorded when they make room for others', async () => {
    const app = await start({ maxSessions: 1 });
    const first = await LegacySession.open(app.port);
    await LegacySession.open(app.port);
    expect((await first.post(first.message('ping'))).status).toBe(404);
    await expect.poll(() => ends(sink)).toMatchObject([{ outcome: 'timeout', session: sink.events[0]!.session }]);
  });
});

describe.each(ADAPTERS)('what a guard of the application refuses at the endpoint, on %s', (adapter: AdapterName) => {
  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [429, 'limit'],
    [503, 'capacity'],
  ])('with %i is recorded as a refusal', async (status, reason) => {
    const sink = new RecordingSink();
    const providers = [Tools, { provide: AuditSink, useValue: sink }, { provide: APP_GUARD, useClass: Doorman }];
    const app = await nestApp({ providers }, { adapter });
    const refused = await send(app.port, call('hello', {}, { headers: { 'x-status': String(status) } }));
    expect(refused.status).toBe(status);
    const who = { principal: 'anon', address: '127.0.0.1' };
    await expect
      .poll(() => sink.told)
      .toEqual([{ kind: 'refusal', who, outcome: 'refused', reason, status, via: 'http' }]);
    expect((await send(app.port, call('hello', {}, { headers: { 'x-status': '404' } }))).status).toBe(404);
    expect((await send(app.port, call('hello'))).status).toBe(200);
    await expect.poll(() => sink.events.map(({ kind }) => kind)).toEqual(['refusal', 'request']);
    await app.close();
  });
});
