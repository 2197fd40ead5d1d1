import { context, trace } from '@opentelemetry/api';
import { Injectable, type INestApplication } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { McpContext, McpPrompt, McpResource, McpSecret, McpServer, McpTool, SessionStore } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { RecordedTelemetry } from '../../fixtures/measurements/recorded-telemetry.js';

class SignIn {
  @IsString() user!: string;
  @McpSecret() @IsString() password!: string;
}
class Receipt {
  @IsString() user!: string;
  @McpSecret() @IsString() token!: string;
}
class Region {
  @IsString() region!: string;
}

@Injectable()
class Things {
  @McpTool()
  hello(): string {
    trace.getTracer('application').startSpan('inside').end();
    return 'hello';
  }
  @McpTool()
  breaks(): never {
    throw new Error('an internal matter');
  }
  @McpTool({ output: Receipt })
  signIn({ user }: SignIn): Receipt {
    return { user, token: 'a-token' };
  }
  @McpTool()
  async asks(ctx: McpContext): Promise<string> {
    return (await ctx.elicitOrThrow(Region, 'Which one?')).region;
  }
  @McpPrompt()
  plan(): string {
    return 'a plan';
  }
  @McpResource({ uri: 'thing://{id}' })
  thing(): string {
    return 'a thing';
  }
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACE_PARENT = `00-${TRACE}-${PARENT}-01`;

let recorded: RecordedTelemetry;
beforeAll(() => void (recorded = new RecordedTelemetry()));
beforeEach(() => recorded.reset());
afterAll(() => recorded.stop());

/** As an instrumentation of HTTP does. */
const withHttpSpan = (app: INestApplication): void =>
  void app.use((_request: unknown, _response: unknown, next: () => void) => {
    const span = trace.getTracer('http').startSpan('POST /mcp');
    context.with(trace.setSpan(context.active(), span), next);
    span.end();
  });

describe.each(ADAPTERS.flatMap((adapter) => ERAS.map((era) => ({ adapter, era }))))(
  'the spans of $era requests on $adapter',
  ({ adapter, era }) => {
    let app: NestApp;
    let client: EraClient;
    beforeAll(async () => {
      const mcp = { audit: { instance: 'one' } };
      app = await nestApp({ providers: [Things] }, { adapter, mcp, prepare: withHttpSpan });
      client = await EraClient.open(era, app.port);
    });
    afterAll(() => app.close());

    it('say what was called, by the conventions, and are parents of what the method does', async () => {
      await client.tool('hello', {}, { id: 7 });
      const [span] = recorded.named('tools/call hello');
      const [http] = recorded.named('POST /mcp');
      expect(span!.kind).toBe(1);
      expect(span!.attributes).toEqual({
        'mcp.server.name': 'app',
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'hello',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': era === 'legacy' ? '2025-11-25' : '2026-07-28',
        'jsonrpc.request.id': '7',
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
        'client.address': '127.0.0.1',
        'mcp.fleet.instance': 'one',
        'mcp.fleet.outcome': 'ok',
        ...(era === 'legacy' && { 'mcp.session.id': expect.stringMatching(/^[\w-]{16}$/) as string }),
      });
      expect(JSON.stringify(span!.attributes)).not.toContain(client.session ?? 'no session');
      expect(span!.parentSpanContext?.spanId).toBe(http!.spanContext().spanId);
      expect(span!.links).toEqual([]);
      const [inside] = recorded.named('inside');
      expect(inside!.parentSpanContext?.spanId).toBe(span!.spanContext().spanId);
    });

    it('belong to the trace of the client, and name the one of the HTTP request', async () => {
      await client.tool('hello', {}, { meta: { traceparent: TRACE_PARENT } });
      const [span] = recorded.named('tools/call hello');
      expect(span!.spanContext().traceId).toBe(TRACE);
      expect(span!.parentSpanContext).toMatchObject({ spanId: PARENT, isRemote: true });
      expect(span!.links.map((link) => link.context)).toEqual([recorded.named('POST /mcp')[0]!.spanContext()]);
    });

    it.each(['nonsense', '', `00-${'0'.repeat(32)}-${PARENT}-01`, 7])(
      'are no orphans of a client that sends %j as its trace',
      async (traceparent) => {
        await client.tool('hello', {}, { meta: { traceparent } });
        const [span] = recorded.named('tools/call hello');
        expect(span!.parentSpanContext?.spanId).toBe(recorded.named('POST /mcp')[0]!.spanContext().spanId);
      },
    );

    it.each([
      ['breaks', 2, { 'error.type': 'tool_error', 'mcp.fleet.outcome': 'tool-error' }],
      ['nowhere', 2, { 'error.type': '-32602', 'rpc.response.status_code': '-32602', 'mcp.fleet.outcome': 'error' }],
    ])('say how a call of "%s" failed', async (name, code, attributes) => {
      await client.tool(name);
      const [span] = recorded.spans.filter((one) => one.name.startsWith('tools/call'));
      expect(span!.attributes).toMatchObject(attributes);
      expect(span!.status).toEqual({ code });
    });

    it('have few names: not those of tools and methods that do not exist', async () => {
      await client.tool('one that nobody knows');
      await client.call('method/unknown');
      const names = recorded.spans.map(({ name }) => name).filter((name) => name !== 'POST /mcp');
      expect(names).toEqual(['tools/call', '_OTHER']);
    });

    it('name prompts and templates, but not the URI that a client has read', async () => {
      await client.call('prompts/get', { name: 'plan' });
      await client.call('resources/read', { uri: 'thing://a-name' });
      expect(recorded.named('prompts/get plan')[0]!.attributes).toMatchObject({ 'gen_ai.prompt.name': 'plan' });
      expect(recorded.named('resources/read')[0]!.attributes).toMatchObject({ 'mcp.resource.uri': 'thing://{id}' });
      expect(JSON.stringify(recorded.spans.map(({ attributes }) => attributes))).not.toContain('a-name');
    });

    it('have neither arguments nor results', async () => {
      await client.tool('signIn', { user: 'ada', password: 'a-password' });
      expect(JSON.stringify(recorded.spans.map(({ attributes }) => attributes))).not.toMatch(/ada|a-password|a-token/);
    });
  },
);

describe('the spans of a server without an instrumentation of HTTP', () => {
  it('find their parent in the headers', async () => {
    const app = await nestApp({ providers: [Things] });
    const client = await EraClient.open('modern', app.port);
    await client.tool('hello', {}, { headers: { traceparent: TRACE_PARENT } });
    expect(recorded.named('tools/call hello')[0]!.parentSpanContext?.spanId).toBe(PARENT);
    await app.close();
  });
});

describe('telemetry with arguments and results', () => {
  it('shows them without what is secret', async () => {
    const app = await nestApp({ providers: [Things] }, { mcp: { telemetry: { arguments: true, results: true } } });
    const client = await EraClient.open('modern', app.port);
    await client.tool('signIn', { user: 'ada', password: 'a-password' });
    await client.tool('hello');
    const { attributes } = recorded.named('tools/call signIn')[0]!;
    expect(JSON.parse(String(attributes['gen_ai.tool.call.arguments']))).toEqual({ user: 'ada', password: '[secret]' });
    expect(JSON.parse(String(attributes['gen_ai.tool.call.result']))).toEqual({ user: 'ada', token: '[secret]' });
    expect(recorded.named('tools/call hello')[0]!.attributes).toMatchObject({
      'gen_ai.tool.call.result': '[{"type":"text","text":"hello"}]',
    });
    await app.close();
  });
});

describe('telemetry that is switched off', () => {
  it.each([
    [false, 0, false],
    [{ traces: false }, 0, true],
    [{ metrics: false }, 1, false],
  ] as const)('%j', async (telemetry, spans, hasMetrics) => {
    const mine = new RecordedTelemetry();
    const app = await nestApp({ providers: [Things] }, { mcp: { telemetry } });
    const client = await EraClient.open('modern', app.port);
    await client.tool('hello');
    expect(mine.named('tools/call hello')).toHaveLength(spans);
    expect((await mine.metrics()).has('mcp.server.operation.duration')).toBe(hasMetrics);
    await app.close();
    recorded.stop();
    recorded = new RecordedTelemetry();
  });
});

describe('metrics', () => {
  let app: NestApp;
  beforeAll(async () => {
    recorded = new RecordedTelemetry();
    app = await nestApp({ providers: [Things] });
  });
  afterAll(() => app.close());

  it('tell how long requests took, by tool and by error', async () => {
    const client = await EraClient.open('modern', app.port);
    for (const name of ['hello', 'hello', 'breaks', 'unknown']) await client.tool(name);
    const common = {
      'mcp.server.name': 'app',
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
    };
    const points = (await recorded.metrics()).get('mcp.server.operation.duration')!;
    expect(points.map(({ attributes, value }) => [attributes, (value as { count: number }).count])).toEqual([
      [{ ...common, 'gen_ai.tool.name': 'hello' }, 2],
      [{ ...common, 'gen_ai.tool.name': 'breaks', 'error.type': 'tool_error' }, 1],
      [{ ...common, 'error.type': '-32602', 'rpc.response.status_code': '-32602' }, 1],
    ]);
  });

  it('tell of sessions, their resumed streams, questions, and what the instance holds', async () => {
    const session = await LegacySession.open(app.port, { capabilities: { elicitation: {} } });
    const call = await session.stream('asks');
    const { id } = await call.message(({ method }) => method === 'elicitation/create');
    await session.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: { region: 'north' } } });
    await call.end();
    const first = await session.get();
    await app.app.get(McpServer).sendToSession(session.id, { level: 'error', data: 1 });
    await first.message(() => true);
    await first.close();
    const again = await session.get(first.lastEventId);
    const value = async (name: string) => (await recorded.metrics()).get(name)?.[0]?.value;
    await expect.poll(() => value('mcp.fleet.stream.resumes')).toBe(1);
    await expect.poll(() => value('mcp.fleet.streams')).toBe(1);
    expect(await value('mcp.fleet.sessions')).toBe(1);
    expect(await value('mcp.fleet.broker.up')).toBe(1);
    expect(await value('mcp.fleet.stored.bytes')).toBeGreaterThan(0);
    expect(await value('mcp.client.operation.duration')).toMatchObject({ count: 1 });
    await again.close();
    await session.end();
    expect(await value('mcp.server.session.duration')).toMatchObject({ count: 1 });
  });

  it('are made for each server, and no more of one that was closed', async () => {
    const other = await nestApp({ providers: [Things] }, { mcp: { name: 'other' } });
    const servers = async () =>
      (await recorded.metrics()).get('mcp.fleet.requests')!.map(({ attributes }) => attributes['mcp.server.name']);
    expect(await servers()).toEqual(['app', 'other']);
    const counted = vi.spyOn(other.app.get(SessionStore), 'count');
    await recorded.metrics();
    expect(counted).toHaveBeenCalledTimes(1);
    await other.close();
    await recorded.metrics();
    expect(counted).toHaveBeenCalledTimes(1);
  });
});
