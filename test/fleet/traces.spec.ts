import { trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpContext, McpTool, TaskStore } from 'nestjs-mcp-fleet';
import { McpRuntime } from '../../lib/server/mcp-runtime.js';
import { TASKS } from '../e2e/tasks/task-client.js';
import { ADAPTERS, nestApp, type NestApp } from '../fixtures/applications/nest-app.js';
import { EraClient } from '../fixtures/clients/era-client.js';
import { CLIENT_CAPABILITIES } from '../fixtures/clients/mcp-requests.js';
import { SseClient } from '../fixtures/clients/sse-client.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RecordedTelemetry } from '../fixtures/measurements/recorded-telemetry.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

class Region {
  @IsString() region!: string;
}

@Injectable()
class Booking {
  static runs = 0;

  @McpTool()
  async book(ctx: McpContext): Promise<string> {
    const { region } = await ctx.elicitOrThrow(Region, 'Which one?');
    trace.getTracer('application').startSpan('reserve').end();
    return region;
  }

  /** Its first run waits until it is told to stop; the next one completes. */
  @McpTool({ task: 'required', idempotent: true })
  async report(ctx: McpContext): Promise<string> {
    if (Booking.runs++ > 0) return 'done';
    return new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('stopped'))));
  }
}

const TRACE_PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Each span as the instance and the name, with what belongs to it. */
function treeOf(spans: readonly ReadableSpan[], parent: string): unknown[] {
  return spans
    .filter((span) => span.parentSpanContext?.spanId === parent)
    .map((span) => [
      `${span.attributes['mcp.fleet.instance'] as string}: ${span.name}`,
      ...treeOf(spans, span.spanContext().spanId),
    ]);
}

let redis: RedisServer;
let recorded: RecordedTelemetry;
beforeAll(async () => {
  redis = await RedisServer.start();
  recorded = new RecordedTelemetry();
});
afterAll(async () => {
  recorded.stop();
  await redis.dispose();
});

describe.each(ADAPTERS)('the trace of a call that crosses two instances on %s', (adapter) => {
  let a: NestApp;
  let b: NestApp;
  beforeAll(async () => {
    const redisPrefix = newNamespace();
    const start = (instance: string) =>
      nestApp({ providers: [Booking] }, { adapter, mcp: { redis: redis.url, redisPrefix, audit: { instance } } });
    [a, b] = await Promise.all([start('a'), start('b')]);
    recorded.reset();
  });
  afterAll(() => Promise.all([a.close(), b.close()]));

  it('is one tree: called on one, asked by it, answered at the other, and gone on with', async () => {
    const session = await LegacySession.open(a.port, { capabilities: { elicitation: {} } });
    recorded.reset();
    const params = { name: 'book', arguments: {}, _meta: { traceparent: TRACE_PARENT } };
    const stream = await SseClient.open(a.port, session.raw(session.message('tools/call', params)));
    const question = await stream.message(({ method }) => method === 'elicitation/create');
    const answer = { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { region: 'north' } } };
    await session.at(b.port).post(answer);
    await stream.end();
    const { spans } = recorded;
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE_PARENT.split('-')[1]]));
    expect(treeOf(spans, TRACE_PARENT.split('-')[2]!)).toEqual([
      ['a: tools/call book', ['a: elicitation/create', ['b: answer']], ['undefined: reserve']],
    ]);
    const asked = spans.find(({ name }) => name === 'elicitation/create')!;
    expect(asked.kind).toBe(2);
    expect(asked.attributes).toMatchObject({ 'mcp.fleet.outcome': 'answered', 'jsonrpc.request.id': question.id });
    // The client can continue the trace, too.
    const { traceId, spanId } = asked.spanContext();
    expect(question.params!._meta).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
    expect(spans.find(({ name }) => name === 'answer')!.attributes).toMatchObject({
      'mcp.fleet.answer.accepted': true,
    });
  });

  it('is one tree when a task is run again on the other instance', async () => {
    Booking.runs = 0;
    const client = await EraClient.open('modern', a.port);
    recorded.reset();
    const meta = { traceparent: TRACE_PARENT, [CLIENT_CAPABILITIES]: { extensions: { [TASKS]: {} } } };
    const { result } = await client.call('tools/call', { name: 'report', arguments: {} }, { meta });
    const key = { principal: 'anon', id: result!.taskId as string };
    // As when its instance is killed: another one may claim it.
    const task = await a.app.get(TaskStore).load(key);
    await a.app.get(TaskStore).release(key, task!.fence);
    await b.app.get(McpRuntime).tasks.runner.takeOver(task!);
    await expect.poll(() => recorded.named('task report')).toHaveLength(1);
    expect(treeOf(recorded.spans, TRACE_PARENT.split('-')[2]!)).toContainEqual([
      'a: tools/call report',
      ['b: task report'],
    ]);
  });

  it('an answer whose id a client has made up belongs to no call, and is said not to be accepted', async () => {
    const session = await LegacySession.open(a.port);
    recorded.reset();
    await session.at(b.port).post({ jsonrpc: '2.0', id: 'made up', result: {} });
    const [span] = recorded.named('answer');
    expect(span!.attributes).toMatchObject({ 'mcp.fleet.answer.accepted': false, 'mcp.fleet.instance': 'b' });
    expect(span!.parentSpanContext).toBeUndefined();
  });
});
