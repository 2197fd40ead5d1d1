import { Injectable, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  McpContext,
  McpError,
  McpExecutionContext,
  McpResource,
  McpTool,
  PrincipalResolver,
  ToolError,
  type Principal,
  type PrincipalRequest,
} from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import type { SseClient } from '../../fixtures/clients/sse-client.js';

const principal = (subject: string): Principal => ({ issuer: 'test', subject });

@Injectable()
class BearerNames extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): Principal | undefined {
    const name = String(headers.authorization ?? '').replace('Bearer ', '');
    return name === '' ? undefined : principal(name);
  }
}
class OnlyAda implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return McpExecutionContext.create(context).getContext().principal?.subject === 'ada';
  }
}
class Words {
  @IsString() word!: string;
}

@Injectable()
class Tools {
  @McpTool() echo({ word }: Words): string {
    return word;
  }
  @McpTool({ output: Words }) structured(): Words {
    return { word: 'x' };
  }
  @McpTool() fails(): never {
    throw new ToolError('on purpose');
  }
  @McpTool() breaks(): never {
    throw new McpError(77, 'broken', { data: { a: 1 } });
  }
  @McpTool() crashes(): never {
    throw new Error('canary');
  }
  @McpTool() @UseGuards(new OnlyAda()) whoAmI(ctx: McpContext): unknown {
    ctx.progress(1);
    ctx.log.info('not delivered');
    const { era, session, http, headers, user } = ctx;
    return { subject: ctx.principal?.subject, era, session, hasHttp: http !== undefined, headers, user };
  }
  @McpResource({ uri: 'watched://{id}' }) watched(): string {
    return 'x';
  }
}

let nest: NestApp;
beforeAll(async () => {
  nest = await nestApp(
    { providers: [Tools] },
    { mcp: { providers: [{ provide: PrincipalResolver, useClass: BearerNames }] } },
  );
});
afterAll(() => nest.close());

const session = (subject?: string) =>
  EraClient.open('legacy', nest.port, subject === undefined ? {} : { headers: { authorization: `Bearer ${subject}` } });
const logged = (stream: SseClient, data: unknown) =>
  stream.message(({ method, params }) => method === 'notifications/message' && params?.data === data);

describe('callTool()', () => {
  it('callTool() resolves with the result that a client would get', async () => {
    const { mcp } = nest;
    expect((await mcp.callTool('echo', { word: 'hi' })).content).toEqual([{ type: 'text', text: 'hi' }]);
    expect((await mcp.callTool('structured')).structuredContent).toEqual({ word: 'x' });
    expect(await mcp.callTool('fails')).toMatchObject({ isError: true, content: [{ text: 'on purpose' }] });
    expect(await mcp.callTool('echo', { word: 1 })).toMatchObject({ isError: true });
    expect(await mcp.callTool('crashes')).toMatchObject({ isError: true, content: [{ text: 'Internal error' }] });
  });

  it('callTool() rejects with the error that a client would get', async () => {
    await expect(nest.mcp.callTool('breaks')).rejects.toMatchObject({ code: 77, message: 'broken', data: { a: 1 } });
    await expect(nest.mcp.callTool('nobody')).rejects.toBeInstanceOf(McpError);
    await expect(nest.mcp.callTool('nobody')).rejects.toMatchObject({ code: -32602 });
  });

  it('callTool() runs as the given principal, behind the same guards', async () => {
    await expect(nest.mcp.callTool('whoAmI')).rejects.toMatchObject({ code: 403 });
    await expect(nest.mcp.callTool('whoAmI', {}, { principal: principal('eve') })).rejects.toMatchObject({ code: 403 });
    const { content } = await nest.mcp.callTool('whoAmI', {}, { principal: principal('ada') });
    const [block] = content as unknown as { text: string }[];
    expect(JSON.parse(block!.text)).toEqual({
      ...{ subject: 'ada', era: 'modern', hasHttp: false, headers: {} },
      user: { issuer: 'test', subject: 'ada' },
    });
  });
});

describe('sendToSession()', () => {
  it('sendToSession() delivers, stores or filters a message and returns which of the three happened', async () => {
    const { mcp } = nest;
    const client = await session();
    const send = (level: 'debug' | 'error', data: string) => mcp.sendToSession(client.session!, { level, data });
    expect(await send('error', 'first')).toBe('stored');
    const stream = await client.listen();
    await logged(stream, 'first');
    expect(await send('error', 'second')).toBe('delivered');
    await logged(stream, 'second');
    await client.call('logging/setLevel', { level: 'error' });
    expect(await send('debug', 'third')).toBe('filtered');
    expect(await mcp.sendToSession(client.session!, { level: 'error', logger: 'own', data: { any: ['json'] } })).toBe(
      'delivered',
    );
    const message = await stream.message(({ params }) => params?.logger === 'own');
    expect(message.params).toEqual({ level: 'error', logger: 'own', data: { any: ['json'] } });
    expect(stream.messages.some(({ params }) => params?.data === 'third')).toBe(false);
    await stream.close();
  });

  it('sendToSession() returns unknown for a session that does not exist', async () => {
    const { mcp, port } = nest;
    expect(await mcp.sendToSession('nobody', { level: 'error', data: 1 })).toBe('unknown');
    const client = await session();
    const { send } = await import('../../fixtures/clients/raw-http.js');
    await send(port, { verb: 'DELETE', headers: { 'mcp-session-id': client.session! } });
    expect(await mcp.sendToSession(client.session!, { level: 'error', data: 1 })).toBe('unknown');
  });
});

describe('sendToPrincipal()', () => {
  it('sendToPrincipal() reaches all sessions of that principal and no others', async () => {
    const { mcp } = nest;
    const [one, two, other] = [await session('ada'), await session('ada'), await session('eve')];
    expect(await mcp.sendToPrincipal(principal('ada'), { level: 'error', data: 'stored' })).toBe('stored');
    const streams = [await one.listen(), await two.listen()];
    const foreign = await other.listen();
    expect(await mcp.sendToPrincipal(principal('ada'), { level: 'error', data: 'hello' })).toBe('delivered');
    for (const stream of streams) await logged(stream, 'hello');
    expect(await mcp.sendToPrincipal(principal('nobody'), { level: 'error', data: 'x' })).toBe('unknown');
    expect(await mcp.sendToPrincipal(principal('eve'), { level: 'error', data: 'last' })).toBe('delivered');
    await logged(foreign, 'last');
    expect(foreign.messages.map(({ params }) => params?.data as unknown)).toEqual(['last']);

    for (const client of [one, two]) await client.call('logging/setLevel', { level: 'emergency' });
    expect(await mcp.sendToPrincipal(principal('ada'), { level: 'error', data: 'x' })).toBe('filtered');
    await one.call('logging/setLevel', { level: 'debug' });
    expect(await mcp.sendToPrincipal(principal('ada'), { level: 'error', data: 'best' })).toBe('delivered');
    await Promise.all([...streams, foreign].map((stream) => stream.close()));
  });
});

describe('broadcast()', () => {
  it('broadcast() reaches sessions with and without a stream, but not those that want more severe messages, and counts them all', async () => {
    const { mcp } = nest;
    const before = await mcp.broadcast({ level: 'error', data: 'count' });
    const [open, closed, filtered] = [await session(), await session('ada'), await session()];
    await filtered.call('logging/setLevel', { level: 'emergency' });
    const stream = await open.listen();
    expect(await mcp.broadcast({ level: 'error', data: 'all' })).toBe(before + 3);
    await logged(stream, 'all');
    await logged(await closed.listen(), 'all');
    const quiet = await filtered.listen();
    await mcp.broadcast({ level: 'emergency', data: 'worst' });
    await logged(quiet, 'worst');
    expect(quiet.messages.map(({ params }) => params?.data as unknown)).toEqual(['worst']);
  });
});

describe('resourceUpdated()', () => {
  it('resourceUpdated() notifies subscribers of both eras about the resources they asked for', async () => {
    const { mcp, port } = nest;
    const legacy = await session();
    await legacy.call('resources/subscribe', { uri: 'watched://1' });
    const streams = [await legacy.listen(), await (await EraClient.open('modern', port)).listen(['watched://1'])];
    await mcp.resourceUpdated('watched://2');
    await mcp.resourceUpdated('watched://1');
    for (const stream of streams) {
      const update = await stream.message(({ method }) => method === 'notifications/resources/updated');
      expect(update.params?.uri).toBe('watched://1');
    }
    await legacy.call('resources/unsubscribe', { uri: 'watched://1' });
    await mcp.resourceUpdated('watched://1');
    await mcp.sendToSession(legacy.session!, { level: 'error', data: 'end' });
    await logged(streams[0]!, 'end');
    expect(streams[0]!.messages.filter(({ method }) => method === 'notifications/resources/updated')).toHaveLength(1);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});
