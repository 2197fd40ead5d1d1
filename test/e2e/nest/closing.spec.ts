import { Injectable } from '@nestjs/common';
import { Agent, type IncomingHttpHeaders } from 'node:http';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { McpContext, McpModule, McpTool, PrincipalResolver } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { send } from '../../fixtures/clients/raw-http.js';
import { SseClient } from '../../fixtures/clients/sse-client.js';

let gate: Gate;
let nest: NestApp;
beforeEach(() => {
  gate = new Gate();
});
afterEach(() => nest.close());

@Injectable()
class Tools {
  /** Ends when the test releases it. */
  @McpTool() async patient(ctx: McpContext): Promise<string> {
    ctx.progress(1);
    await gate.passage('patient');
    return 'done';
  }
  /** Never ends and ignores its signal. */
  @McpTool() unresponsive(): Promise<never> {
    gate.mark('unresponsive runs');
    return new Promise(() => {});
  }
  @McpTool() stream(): unknown {
    gate.mark('stream runs');
    return NEVER;
  }
}

const DRAIN_MS = 300;
const PATIENCE_MS = DRAIN_MS + 1000;

/** How long the application takes to close. */
async function closing(): Promise<number> {
  const begin = performance.now();
  await nest.close();
  return performance.now() - begin;
}

describe.each(ADAPTERS)('closing an application on %s', (adapter) => {
  const boot = async (mcp: object = {}) => {
    nest = await nestApp({ providers: [Tools] }, { adapter, mcp: { drainTimeoutMs: DRAIN_MS, ...mcp } });
  };

  it('closing the application ends the open streams of both eras', async () => {
    await boot();
    const [modern, legacy] = [await EraClient.open('modern', nest.port), await EraClient.open('legacy', nest.port)];
    const [listen, get] = [await modern.listen(), await legacy.listen()];
    expect(await closing()).toBeLessThan(PATIENCE_MS);
    await listen.end();
    await get.end();
    expect(listen.complete && get.complete).toBe(true);
    // The result tells the client that the stream ended on purpose.
    expect(listen.messages.at(-1)).toMatchObject({ result: {} });
  });

  it.each(ERAS)('closing the application waits for a running request of the %s era', async (era) => {
    await boot({ drainTimeoutMs: 5000 });
    const client = await EraClient.open(era, nest.port);
    const stream = await client.stream(
      'tools/call',
      { name: 'patient', arguments: {} },
      { meta: { progressToken: 1 } },
    );
    await gate.reached('waiting patient');
    const idle = await (await EraClient.open('legacy', nest.port)).listen();
    let hasClosed = false;
    const closed = nest.close().then(() => void (hasClosed = true));
    // Streams end when the drain begins: from here on only the request keeps the application open.
    await idle.end();
    expect(hasClosed).toBe(false);
    gate.release('patient');
    const response = await stream.message(({ result }) => result !== undefined);
    expect(response.result!.content).toEqual([{ type: 'text', text: 'done' }]);
    await closed;
    await stream.end();
    expect(stream.complete).toBe(true);
  });

  it.each(ERAS.flatMap((era) => ['unresponsive', 'stream'].map((tool) => [tool, era] as const)))(
    'closing the application stops waiting for a %s request of the %s era at the drain timeout',
    async (tool, era) => {
      await boot();
      const client = await EraClient.open(era, nest.port);
      const answer = client.tool(tool).catch((error: unknown) => error);
      await gate.reached(`${tool} runs`);
      expect(await closing()).toBeLessThan(PATIENCE_MS);
      await answer;
    },
  );

  it('a GET that arrives while the application closes gets a reconnect hint', async () => {
    const principals = {
      resolve: async ({ headers }: { headers: IncomingHttpHeaders }) => {
        if (headers['last-event-id']) await gate.passage('who');
        return undefined;
      },
    };
    await boot({ providers: [{ provide: PrincipalResolver, useValue: principals }] });
    const client = await EraClient.open('legacy', nest.port);
    const standalone = await client.listen();
    const headers = { accept: 'text/event-stream', 'mcp-session-id': client.session, 'last-event-id': 'g_1-0' };
    const late = SseClient.open(nest.port, { verb: 'GET', headers });
    await gate.reached('waiting who');
    // Keeps the server open.
    const running = client.stream('tools/call', { name: 'patient', arguments: {} }).catch(() => undefined);
    await gate.reached('waiting patient');
    const closed = nest.close();
    await standalone.end();
    gate.release('who');
    const stream = await late;
    await stream.end();
    // A refusal would count against the retries of a client.
    expect(stream.lastEventId).toBe('g_1-0');
    expect(stream.frames.at(-1)!.retry).toBeGreaterThanOrEqual(1000);
    gate.release('patient');
    await closed;
    await running;
  });

  it('closing the application drains streams, calls and keep-alive connections within one drain timeout', async () => {
    await boot({ streamAfterMs: 20 });
    const agent = new Agent({ keepAlive: true });
    const streams = [];
    for (const era of ERAS) {
      const client = await EraClient.open(era, nest.port);
      await send(nest.port, { ...client.request('tools/list'), agent });
      streams.push(await client.listen());
      streams.push(await client.stream('tools/call', { name: 'unresponsive', arguments: {} }));
      streams.push(await client.stream('tools/call', { name: 'stream', arguments: {} }));
    }
    expect(await closing()).toBeLessThan(PATIENCE_MS);
    for (const stream of streams) await stream.end();
    agent.destroy();
    expect(nest.logs.errors).toEqual([]);
  });

  it('closing the application drains every MCP server in it', async () => {
    class Admin {
      @McpTool({ server: 'admin' }) unresponsive(): Promise<never> {
        gate.mark('admin runs');
        return new Promise(() => {});
      }
    }
    const admin = McpModule.forRoot({
      name: 'a',
      version: '1',
      server: 'admin',
      path: '/admin',
      drainTimeoutMs: DRAIN_MS,
    });
    nest = await nestApp(
      { imports: [admin], providers: [Admin, Tools] },
      { adapter, mcp: { drainTimeoutMs: DRAIN_MS } },
    );
    const client = await EraClient.open('legacy', nest.port, { path: '/admin' });
    await client.listen();
    const answer = client.tool('unresponsive').catch((error: unknown) => error);
    await gate.reached('admin runs');
    expect(await closing()).toBeLessThan(PATIENCE_MS);
    await answer;
  });

  it('closing the application twice is harmless and leaves no timers', async () => {
    await boot();
    const before = timers();
    await EraClient.open('legacy', nest.port);
    await nest.mcp.registerTool({ name: 'new' }, () => 1);
    await nest.close();
    await nest.close();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

/** Timers that keep this process alive. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
