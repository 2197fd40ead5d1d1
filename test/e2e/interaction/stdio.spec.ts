import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PassThrough } from 'node:stream';
import { McpModule } from 'nestjs-mcp-fleet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryPendingRequests } from '../../../lib/memory/memory-pending-requests.js';
import { McpRuntime } from '../../../lib/server/mcp-runtime.js';
import { StdioConnection } from '../../../lib/transport/stdio/stdio-connection.js';
import { accept, ALL_CAPABILITIES, toolText } from '../../fixtures/applications/asking-app.js';
import { AskingTools } from '../../fixtures/applications/asking-tools.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { CLIENT_CAPABILITIES } from '../../fixtures/clients/mcp-requests.js';
import type { JsonRpc } from '../../fixtures/clients/sse-client.js';
import { type Line, LineClient } from '../stdio/line-client.js';

async function start() {
  class App {}
  Module({
    imports: [McpModule.forRoot({ name: 'pipes', version: '1.0.0' })],
    providers: [AskingTools, { provide: Gate, useValue: new Gate() }],
  })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const { engine, inFlight, services, backends } = app.get(McpRuntime);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const parts = { ...engine, inFlight, legacy: services, maxLineBytes: 1_000_000, maxJsonDepth: 64 };
  const connection = new StdioConnection(parts, input, output);
  const pending = backends.pending as MemoryPendingRequests;
  const close = async () => {
    await connection.finish(0);
    await app.close();
  };
  return { client: new LineClient(input, output), pending, close };
}

const isQuestion = ({ method, id }: Line) => method === 'elicitation/create' && id !== undefined;
const textOf = (line: Line) => toolText(line as JsonRpc);

describe('a call that asks over stdio', () => {
  let server: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    server = await start();
  });
  afterEach(async () => {
    expect(server.pending.size).toBe(0);
    await server.close();
  });

  const initialize = async () => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: ALL_CAPABILITIES,
      clientInfo: { name: 'lines', version: '1' },
    };
    await server.client.request('init', 'initialize', params);
    server.client.notify('notifications/initialized');
  };
  const greet = { name: 'greet', arguments: { city: 'Rome' } };

  it('a legacy call over stdio asks its question on the pipe and waits for the answer', async () => {
    await initialize();
    const answer = server.client.request(1, 'tools/call', greet);
    const { id, params } = await server.client.until(isQuestion);
    expect(params).toMatchObject({ message: 'Who lives in Rome?' });
    server.client.send({ jsonrpc: '2.0', id, result: accept({ name: 'Ada' }) });
    expect(textOf(await answer)).toBe('Hello, Ada of Rome');
  });

  it('cancelling a legacy call over stdio also cancels its question', async () => {
    await initialize();
    server.client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: greet });
    const { id } = await server.client.until(isQuestion);
    server.client.notify('notifications/cancelled', { requestId: 1 });
    expect((await server.client.notification('notifications/cancelled')).params).toMatchObject({ requestId: id });
  });

  it('a modern call over stdio ends with an input_required result', async () => {
    const meta = { [CLIENT_CAPABILITIES]: ALL_CAPABILITIES };
    const { result } = await server.client.modern(1, 'tools/call', greet, meta);
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { '#1': { method: 'elicitation/create' } },
    });
    const { requestState } = result as { requestState: string };
    const inputResponses = { '#1': accept({ name: 'Ada' }) };
    const answer = await server.client.modern(2, 'tools/call', { ...greet, inputResponses, requestState }, meta);
    expect(textOf(answer)).toBe('Hello, Ada of Rome');
    expect(server.client.of('elicitation/create')).toEqual([]);
  });
});
