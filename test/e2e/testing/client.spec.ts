import type { INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { Server } from 'node:http';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpServer } from 'nestjs-mcp-fleet';
import { accept, mcpClient, type McpClient, McpResponseError } from 'nestjs-mcp-fleet/testing';
import { AskingTools } from '../../fixtures/applications/asking-tools.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { ADAPTERS } from '../../fixtures/applications/nest-app.js';
import { portlessApp } from '../../fixtures/applications/portless-app.js';
import { WireResources } from '../../fixtures/applications/wire-resources.js';
import { WireTools } from '../../fixtures/applications/wire-tools.js';

const MOUNTS = ['controller', 'direct', 'http-server'] as const;
const ERAS = ['modern', 'legacy'] as const;
const CASES = ADAPTERS.flatMap((adapter) =>
  MOUNTS.flatMap((mount) => ERAS.map((era) => [adapter, mount, era] as const)),
);

describe.each(CASES)('the test client on %s, mounted %s, in the %s era', (adapter, mount, era) => {
  let app: INestApplication;
  let gate: Gate;
  let client: McpClient;
  beforeEach(async () => {
    gate = new Gate();
    const providers = [{ provide: Gate, useValue: gate }, WireTools, WireResources, AskingTools];
    app = await portlessApp({ providers }, { adapter, mount });
    client = mcpClient(app, { era });
  });
  afterEach(async () => {
    await client.close();
    await app.close();
  });

  it('the test client calls tools, reads resources, gets and completes prompts of an application without a port', async () => {
    expect(await client.callTool('echo', { text: 'hi' })).toMatchObject({ text: 'hi', isError: false });
    expect(await client.callTool<{ sum: number }>('total')).toMatchObject({ structuredContent: { sum: 3 } });
    expect((await client.tools()).map(({ name }) => name)).toContain('echo');
    expect((await client.resources()).map(({ uri }) => uri)).toContain('wire://fixed');
    expect((await client.resourceTemplates()).map(({ uriTemplate }) => uriTemplate)).toContain('wire://item/{id}');
    expect(await client.readResource('wire://item/7')).toMatchObject({ text: 'item 7' });
    expect((await client.prompts()).map(({ name }) => name)).toContain('greet');
    expect(await client.getPrompt('greet', { who: 'Ada' })).toMatchObject({ text: 'Greet Ada' });
    expect(await client.completePrompt('greet', 'tone', 'fo')).toMatchObject({ values: ['formal'] });
    expect((await client.completeResource('wire://item/{id}', 'id', 'x', { prefix: 'p' })).values[0]).toBe('xp0');
    expect(await client.open()).toMatchObject({ name: 'app', version: '1.0.0' });
    expect((app.getHttpServer() as Server).listening).toBe(false);
  });

  it('the test client shows progress and log messages as Observables, also to who subscribes late', async () => {
    const logging = mcpClient(app, { era, logLevel: 'info' });
    const call = logging.callTool('speak', { count: 3 });
    expect(await call).toMatchObject({ text: 'said 3' });
    expect(await lastValueFrom(call.progress$.pipe(toArray()))).toMatchObject([
      { progress: 1, total: 3, message: 'step 1' },
      { progress: 2 },
      { progress: 3 },
    ]);
    expect(await lastValueFrom(call.logs$)).toMatchObject({ level: 'error', data: { i: 3 } });
    await logging.close();
  });

  it('the test client repeats annotated arguments in headers when a tool wants it', async () => {
    expect(await client.callTool('route', { target: { region: 'Köln' }, shard: 4, dry: true })).toMatchObject({
      text: JSON.stringify({ target: { region: 'Köln' }, shard: 4, dry: true }),
    });
  });

  it('the test client learns of annotated arguments that a tool has which came later', async () => {
    await client.callTool('route', { target: { region: 'Oslo' }, shard: 1, dry: false });
    const input = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };
    await app.get(McpServer).registerTool({ name: 'later', input }, ({ region }: { region: string }) => region);
    expect(await client.callTool('later', { region: 'Köln' })).toMatchObject({ text: 'Köln' });
  });

  it('the test client rejects with what the server answered', async () => {
    await expect(client.callTool('nothing')).rejects.toBeInstanceOf(McpResponseError);
    await expect(client.callTool('nothing')).rejects.toMatchObject({ code: -32602, status: 200 });
    await expect(client.callTool('fail', { code: 7 })).rejects.toMatchObject({ code: 7, data: { why: 'test' } });
    expect(await client.callTool('fail', { code: 0 })).toMatchObject({ isError: true, text: 'Internal error' });
  });

  it('the test client answers questions by a script, and records them', async () => {
    client.onElicit(accept({ name: 'Ada' }), 'decline', ({ params }) => accept({ name: String(params.message) }));
    expect(await client.callTool('greet', { city: 'Rome' })).toMatchObject({ text: 'Hello, Ada of Rome' });
    expect(await client.callTool('outcome')).toMatchObject({ text: 'decline' });
    expect(await client.callTool('greet', { city: 'Oslo' })).toMatchObject({
      text: 'Hello, Who lives in Oslo? of Oslo',
    });
    expect(client.asked.map(({ params }) => params.message)).toEqual([
      'Who lives in Rome?',
      'Who?',
      'Who lives in Oslo?',
    ]);
  });

  it('a call fails with the question that the script has no answer to', async () => {
    client.onElicit();
    await expect(client.callTool('greet', { city: 'Rome' })).rejects.toThrow(/no answer to: .*Who lives in Rome\?/);
  });

  it('the test client hears of changes, and listens again after its connection was cut', async () => {
    const listener = await client.listen({ updates: ['wire://fixed'] });
    const mcp = app.get(McpServer);
    await mcp.resourceUpdated('wire://fixed');
    expect(await listener.next()).toMatchObject({
      method: 'notifications/resources/updated',
      params: { uri: 'wire://fixed' },
    });
    const missed = era === 'legacy' ? ['notifications/tools/list_changed'] : [];
    await listener.cut(() => mcp.removeTool('echo'));
    for (const method of missed) await listener.next(method);
    await mcp.resourceUpdated('wire://fixed');
    await listener.next('notifications/resources/updated');
    await listener.close();
  });

  it('a call can be cancelled', async () => {
    const call = client.callTool('holdLoudly', { key: 'k' });
    await gate.reached('waiting k');
    await call.cancel();
    await gate.reached('cancelled k');
    await expect(call).rejects.toThrow('cancelled');
  });

  it('a call whose connection is cut is resumed where its era can', async () => {
    const call = client.callTool('holdLoudly', { key: 'k' });
    await gate.reached('waiting k');
    await call.cut(() => gate.release('k'));
    if (era === 'legacy') expect(await call).toMatchObject({ text: 'k' });
    else await expect(call).rejects.toThrow('The test has cut the connection.');
  });

  it('closing the client ends what is running', async () => {
    const call = client.callTool('holdLoudly', { key: 'k' });
    await gate.reached('waiting k');
    await client.close();
    await expect(call).rejects.toThrow('The client is closed.');
    await expect(client.tools()).rejects.toThrow('The client is closed.');
  });

  it('a request that takes too long fails with a sentence', async () => {
    const impatient = mcpClient(app, { era, patienceMs: 50 });
    await impatient.open();
    await expect(impatient.callTool('hold', { key: 'k' })).rejects.toThrow(
      'tools/call has not ended within 50 ms. If it takes longer, set the option "patienceMs".',
    );
    gate.release('k');
    await impatient.close();
  });
});

it('a testing module without an application is refused with what to do', async () => {
  const module = (await Test.createTestingModule({}).compile()) as unknown as INestApplication;
  await expect(mcpClient(module).tools()).rejects.toThrow('Call createNestApplication() of the testing module.');
});

it('an era and a revision that contradict each other are refused', async () => {
  const app = await portlessApp({});
  expect(() => mcpClient(app, { era: 'modern', revision: '2025-06-18' })).toThrow('There is no revision 2025-06-18');
  await app.close();
});

describe('the test client at an application that never answers', () => {
  it('listen() fails after the option patienceMs', async () => {
    const never = { canActivate: () => new Promise<boolean>(() => undefined) };
    const app = await portlessApp({ providers: [{ provide: APP_GUARD, useValue: never }] });
    const client = mcpClient(app, { patienceMs: 50 });
    await expect(client.listen()).rejects.toThrow('listen()');
    await client.close();
    await app.close();
  });
});
