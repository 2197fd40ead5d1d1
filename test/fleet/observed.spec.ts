import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpContext, McpTool } from 'nestjs-mcp-fleet';
import { nestApp, type NestApp } from '../fixtures/applications/nest-app.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { fleetMember, newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RecordedEvents } from '../fixtures/measurements/recorded-events.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

class Region {
  @IsString() region!: string;
}

@Injectable()
class Asking {
  @McpTool()
  async asks(ctx: McpContext): Promise<string> {
    return (await ctx.elicitOrThrow(Region, 'Which one?')).region;
  }
}

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe('what two instances tell of one session', () => {
  let a: NestApp;
  let b: NestApp;
  let events: RecordedEvents;
  beforeAll(async () => {
    const redisPrefix = newNamespace();
    const start = (instance: string) =>
      nestApp({ providers: [Asking] }, { mcp: { redis: redis.url, redisPrefix, audit: { instance } } });
    [a, b] = await Promise.all([start('a'), start('b')]);
    events = new RecordedEvents([
      'session-start',
      'session-end',
      'question',
      'question-end',
      'answer',
      'stream-resume',
    ]);
  });
  afterAll(async () => {
    events.close();
    await Promise.all([a.close(), b.close()]);
  });

  it('each tells what happened on it: asked on one, answered on the other, ended there', async () => {
    const session = await LegacySession.open(a.port, { capabilities: { elicitation: {} } });
    const stream = await session.stream('asks');
    const { id } = await stream.message(({ method }) => method === 'elicitation/create');
    const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: { region: 'north' } } };
    await session.at(b.port).post(answer);
    await stream.end();
    await session.at(b.port).end();
    const { session: digest } = await events.next('session-start');
    expect(await events.next('question')).toMatchObject({ instance: 'a', question: id, session: digest });
    expect(await events.next('answer')).toMatchObject({ instance: 'b', question: id, session: digest, accepted: true });
    expect(await events.next('question-end')).toMatchObject({ instance: 'a', question: id, outcome: 'answered' });
    const { milliseconds, ...end } = await events.next('session-end');
    expect(end).toMatchObject({ instance: 'b', session: digest, outcome: 'ok' });
    expect(milliseconds).toBeGreaterThan(0);
  });

  it('a stream is resumed exactly on the other instance', async () => {
    const session = await LegacySession.open(a.port);
    const first = await session.get();
    await a.mcp.sendToSession(session.id, { level: 'error', data: 1 });
    await first.message(() => true);
    await first.close();
    const again = await session.at(b.port).get(first.lastEventId);
    expect(await events.next('stream-resume')).toMatchObject({ instance: 'b', outcome: 'exact', stream: 'standalone' });
    await again.close();
  });
});

describe('the hop through Redis', () => {
  it('is measured by the message that an instance sends to itself', async () => {
    const member = await fleetMember({ redis: redis.url, probeMs: 50 });
    const hop = await new Promise<number>((resolve) => {
      const stop = member.broker.onHop((milliseconds) => (stop(), resolve(milliseconds)));
    });
    expect(hop).toBeGreaterThan(0);
    expect(hop).toBeLessThan(1000);
    await member.close();
  });
});
