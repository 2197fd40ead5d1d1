import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PassThrough } from 'node:stream';
import { McpModule, McpServer, type McpModuleOptions } from 'nestjs-mcp-fleet';
import { McpRuntime } from '../../../lib/server/mcp-runtime.js';
import { StdioConnection, type StdioServices } from '../../../lib/transport/stdio/stdio-connection.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { WireResources } from '../../fixtures/applications/wire-resources.js';
import { WireTools } from '../../fixtures/applications/wire-tools.js';
import { LineClient } from './line-client.js';

export interface StdioApp {
  readonly app: INestApplicationContext;
  readonly mcp: McpServer;
  readonly gate: Gate;
  readonly client: LineClient;
  readonly connection: StdioConnection;
  /** The services that the connection uses. */
  readonly connectionParts: StdioServices;
  /** The input of the server. */
  readonly input: PassThrough;
  /** The output of the server. */
  readonly output: PassThrough;
  close(): Promise<void>;
}

/** A real Nest application context behind a pair of pipes, as `McpStdio.run()` puts it together. */
export async function stdioApp(
  options: Partial<McpModuleOptions> = {},
  principal?: StdioServices['principal'],
): Promise<StdioApp> {
  const gate = new Gate();
  class App {}
  Module({
    imports: [McpModule.forRoot({ name: 'pipes', version: '1.0.0', changeDebounceMs: 1, ...options })],
    providers: [{ provide: Gate, useValue: gate }, WireTools, WireResources],
  })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const runtime = app.get(McpRuntime);
  const input = new PassThrough();
  const output = new PassThrough();
  const { dispatcher, subscriptions } = runtime.engine;
  const { maxBodyBytes, maxJsonDepth } = runtime.options;
  const connectionParts: StdioServices = {
    dispatcher,
    subscriptions,
    inFlight: runtime.inFlight,
    legacy: runtime.services,
    principal,
    maxLineBytes: maxBodyBytes,
    maxJsonDepth,
  };
  const connection = new StdioConnection(connectionParts, input, output);
  const close = async () => {
    await connection.finish(0);
    await app.close();
  };
  const client = new LineClient(input, output);
  return { app, mcp: app.get(McpServer), gate, client, connection, connectionParts, input, output, close };
}
