import { Controller, Get } from '@nestjs/common';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { McpTool } from 'nestjs-mcp-fleet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { call } from '../../fixtures/clients/mcp-requests.js';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { begin, send, type RawRequest } from '../../fixtures/clients/raw-http.js';

let gate: Gate;

const KEY = { type: 'object', properties: { key: { type: 'string' } } } as const;

/** `forceCloseConnections` cuts every connection that is still open when Nest closes the server. */
const OPTIONS = { mcp: { streamAfterMs: 20 }, forceCloseConnections: true };

class Tools {
  @McpTool() hello(): string {
    return 'hello';
  }
  @McpTool({ input: KEY }) async patient({ key }: { key: string }): Promise<string> {
    await gate.passage(key);
    return `${key} is done`;
  }
}
@Controller()
class Neighbour {
  @Get('other') other(): string {
    return 'another route';
  }
}

/** The bytes of a request on a raw connection. */
const bytes = ({ headers, body }: RawRequest): string => {
  const lines = Object.entries({ host: '127.0.0.1', 'content-length': body!.length, ...headers });
  return `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')}\r\n${String(body)}`;
};

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

describe.each(ADAPTERS)('P8 connections of a closing application on %s', (adapter) => {
  let nest: NestApp;
  beforeEach(async () => {
    gate = new Gate();
    nest = await nestApp({ providers: [Tools], controllers: [Neighbour] }, { adapter, ...OPTIONS });
  });
  afterEach(() => nest.close());

  it('a connection that was open but unused when the application began to close gets its first request served', async () => {
    const socket = await opened(nest.port);
    const closed = nest.close();
    await expect.poll(() => send(nest.port, call('hello')).catch(({ code }) => code)).toBe('ECONNREFUSED');
    socket.write(bytes(call('hello')));
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(received).toMatch(/^HTTP\/1.1 200 OK/);
    expect(received).toContain('"text":"hello"');
    await closed;
  });

  it('a request on an idle connection is served with "connection: close" while the application closes', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await send(nest.port, { ...call('hello'), agent })).headers.connection).toBe('keep-alive');
    const closed = nest.close();
    const last = await send(nest.port, { ...call('hello'), agent });
    expect(last).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
    agent.destroy();
  });

  it('a request on a connection that was streaming is served while the application closes, however long it takes', async () => {
    const [agent, idleAgent] = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 })) as [Agent, Agent];
    const stream = await begin(nest.port, { ...call('patient', { key: 'first' }), agent });
    const idle = await begin(nest.port, { ...call('patient', { key: 'first' }), agent: idleAgent });
    const idleClosed = once(idle.socket, 'close');
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', connection: 'keep-alive' });
    const standalone = await (await EraClient.open('legacy', nest.port)).listen();
    const closed = nest.close();
    // Streams end when the drain begins, after the wait for requests on idle connections.
    await standalone.end();
    gate.release('first');
    await Promise.all([stream, idle].map((response) => once(response.resume(), 'end')));
    // The drain is over, and the server waits once more for requests on idle connections.
    const next = send(nest.port, { ...call('patient', { key: 'second' }), agent });
    await gate.reached('waiting second');
    // The server closes idle connections when it has stopped waiting for requests on them.
    await idleClosed;
    gate.release('second');
    const { status, body, headers } = await next;
    expect([status, headers.connection]).toEqual([200, 'close']);
    expect(body).toContain('second is done');
    await closed;
    agent.destroy();
    idleAgent.destroy();
  });

  it('other routes of the application are drained in the same way', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const other = { verb: 'GET', path: '/other', agent };
    expect((await send(nest.port, other)).headers.connection).toBe('keep-alive');
    const closed = nest.close();
    expect(await send(nest.port, other)).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
    agent.destroy();
  });

  it('a silent connection is closed and does not delay the close of the application', async () => {
    await nest.close();
    nest = await nestApp({ providers: [Tools] }, { adapter });
    const socket = await opened(nest.port);
    const ended = once(socket, 'close');
    const from = performance.now();
    await nest.close();
    expect(performance.now() - from).toBeLessThan(2000);
    await ended;
  });

  it('an application without open connections closes without a wait', async () => {
    const from = performance.now();
    await nest.close();
    expect(performance.now() - from).toBeLessThan(900);
  });
});
