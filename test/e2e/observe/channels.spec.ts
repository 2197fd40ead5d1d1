import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mcpChannel, McpContext, McpTool, type McpEvent } from 'nestjs-mcp-fleet';
import { Observer } from '../../../lib/observe/observer.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { LegacySession } from '../../fixtures/clients/legacy-session.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { RecordedEvents } from '../../fixtures/measurements/recorded-events.js';

class Region {
  @IsString() region!: string;
}

const store = new AsyncLocalStorage<McpEvent>();

@Injectable()
class Things {
  @McpTool()
  hello(): string {
    return 'hello';
  }
  @McpTool()
  breaks(): never {
    throw new Error('an internal matter');
  }
  @McpTool()
  within(): string {
    return JSON.stringify(store.getStore() ?? null);
  }
  @McpTool()
  async asks(ctx: McpContext): Promise<string> {
    const answer = await ctx.elicit(Region, 'Which one?').catch(() => undefined);
    return answer?.action === 'accept' ? answer.content.region : 'none';
  }
}

const ORIGIN = { at: expect.any(Number) as number, instance: 'one' };

describe.each(ADAPTERS)('the channels of a server on %s', (adapter) => {
  let app: NestApp;
  let events: RecordedEvents;
  beforeAll(async () => {
    app = await nestApp({ providers: [Things] }, { adapter, mcp: { audit: { instance: 'one' } } });
  });
  afterEach(() => events?.close());
  afterAll(() => app.close());

  it.each(ERAS)('tell of the start and the end of a %s call', async (era) => {
    const client = await EraClient.open(era, app.port);
    events = new RecordedEvents(['request-start', 'request']);
    await client.tool('hello', {}, { id: 'one' });
    await client.tool('breaks', {}, { id: 'two' });
    const who = { principal: 'anon', address: '127.0.0.1' };
    const session = era === 'legacy' ? { session: expect.stringMatching(/^[\w-]{16}$/) as string } : {};
    const revision = era === 'legacy' ? '2025-11-25' : '2026-07-28';
    const common = { ...ORIGIN, who, era, revision, via: 'http', method: 'tools/call', ...session };
    const milliseconds = expect.any(Number) as number;
    expect(events.all).toEqual([
      { kind: 'request-start', ...common, name: 'hello', requestId: 'one' },
      { kind: 'request', ...common, name: 'hello', requestId: 'one', outcome: 'ok', milliseconds },
      { kind: 'request-start', ...common, name: 'breaks', requestId: 'two' },
      { kind: 'request', ...common, name: 'breaks', requestId: 'two', outcome: 'tool-error', milliseconds },
    ]);
    expect(JSON.stringify(events.all)).not.toContain(client.session ?? 'no session');
  });

  it.each(ERAS)('serve a %s request within the stores that are bound to its start', async (era) => {
    const client = await EraClient.open(era, app.port);
    const start = channel(mcpChannel('request-start'));
    start.bindStore(store);
    const { result } = await client.tool('within').finally(() => start.unbindStore(store));
    expect(JSON.parse(result!.content[0].text)).toMatchObject({ kind: 'request-start', name: 'within' });
  });

  it('tell of the start and the end of a session, and how long it was open', async () => {
    events = new RecordedEvents(['session-start', 'session-end']);
    const session = await LegacySession.open(app.port);
    await session.end();
    const who = { principal: 'anon', address: '127.0.0.1' };
    const { session: digest } = await events.next('session-start');
    expect(events.all).toEqual([
      { kind: 'session-start', ...ORIGIN, who, revision: '2025-11-25', session: digest },
      { kind: 'session-end', ...ORIGIN, who, session: digest, outcome: 'ok', milliseconds: expect.any(Number) },
    ]);
  });

  it('tell of a question, of its answer, and how it ended', async () => {
    const session = await LegacySession.open(app.port, { capabilities: { elicitation: {} } });
    events = new RecordedEvents(['question', 'question-end', 'answer']);
    const stream = await session.stream('asks', {}, 'call');
    const { id } = await stream.message(({ method }) => method === 'elicitation/create');
    await session.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: { region: 'north' } } });
    await stream.end();
    const digest = (await events.next('question')).session;
    const milliseconds = expect.any(Number) as number;
    const question = { ...ORIGIN, question: id, session: digest };
    const asked = { ...question, method: 'elicitation/create', name: 'asks', requestId: 'call' };
    await events.next('question-end');
    expect(events.of('question')).toEqual([{ kind: 'question', ...asked }]);
    expect(events.of('answer')).toEqual([{ kind: 'answer', ...question, accepted: true, milliseconds }]);
    expect(events.of('question-end')).toEqual([{ kind: 'question-end', ...asked, outcome: 'answered', milliseconds }]);
  });

  it('tell of a question that the client refuses, and of an answer that nobody waits for', async () => {
    const session = await LegacySession.open(app.port, { capabilities: { elicitation: {} } });
    events = new RecordedEvents(['question-end', 'answer']);
    const stream = await session.stream('asks');
    const { id } = await stream.message(({ method }) => method === 'elicitation/create');
    await session.post({ jsonrpc: '2.0', id, error: { code: -1, message: 'no' } });
    await stream.end();
    await session.post({ jsonrpc: '2.0', id: 'never asked', result: {} });
    expect(await events.next('question-end')).toMatchObject({ question: id, outcome: 'refused' });
    expect(await events.next('answer', ({ accepted }) => !accepted)).toMatchObject({ question: 'never asked' });
  });

  it('tell what was refused before any method ran', async () => {
    events = new RecordedEvents(['refusal']);
    await send(app.port, { ...call('hello'), headers: { ...call('hello').headers, host: 'evil.example' } });
    expect(events.all).toMatchObject([{ kind: 'refusal', ...ORIGIN, status: 403, reason: 'forbidden' }]);
  });

  it('tell how a stream was resumed: exactly, or from a place that is not known', async () => {
    const session = await LegacySession.open(app.port);
    const first = await session.get();
    await app.mcp.sendToSession(session.id, { level: 'error', data: 1 });
    await first.message(() => true);
    await first.close();
    events = new RecordedEvents(['stream-resume']);
    const again = await session.get(first.lastEventId);
    expect(await events.next('stream-resume')).toMatchObject({ ...ORIGIN, outcome: 'exact', stream: 'standalone' });
    await again.close();
    await expect(session.get(`runknownstream0_1-1`)).rejects.toThrow();
    expect(await events.next('stream-resume', ({ outcome }) => outcome === 'unknown')).toMatchObject({
      stream: 'response',
    });
  });
});

describe('a server that nobody observes', () => {
  it('makes nothing of its requests', () => {
    const observer = new Observer({
      ...{ instance: 'one', server: undefined, arguments: false },
      subjectOf: () => {
        throw new Error('Nobody asked');
      },
    });
    expect(observer.begin({} as never, true)).toBeUndefined();
    expect(observer.asked({} as never, 'id', {} as never)).toBeUndefined();
  });

  it('tells listeners of their kinds only, until they stop', () => {
    const observer = new Observer({
      ...{ instance: 'one', server: 'admin', arguments: false, subjectOf: () => ({}) },
    });
    const heard: McpEvent[] = [];
    const stop = observer.listen(['hop'], (event) => heard.push(event));
    observer.hopped(1.23456);
    observer.refused(403, 'forbidden', {});
    stop();
    observer.hopped(2);
    expect(heard).toEqual([{ kind: 'hop', ...ORIGIN, server: 'admin', milliseconds: 1.235 }]);
  });
});

describe('a history that is too short', () => {
  it('is told as a gap of the client that resumed', async () => {
    const app = await nestApp({ providers: [Things] }, { mcp: { audit: { instance: 'one' }, maxHistory: 2 } });
    const session = await LegacySession.open(app.port);
    const first = await session.get();
    await app.mcp.sendToSession(session.id, { level: 'error', data: 0 });
    await first.message(() => true);
    await first.close();
    for (let data = 1; data < 5; data++) await app.mcp.sendToSession(session.id, { level: 'error', data });
    const events = new RecordedEvents(['stream-resume']);
    const again = await session.get(first.lastEventId);
    expect(await events.next('stream-resume')).toMatchObject({ outcome: 'gap', stream: 'standalone' });
    events.close();
    await again.close();
    await app.close();
  });
});
