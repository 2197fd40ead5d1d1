import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { McpRuntime } from './server/mcp-runtime.js';
import { readLines } from './transport/stdio/line-reader.js';
import { LineWriter, type Sink } from './transport/stdio/line-writer.js';
import { StdioConnection } from './transport/stdio/stdio-connection.js';

export interface McpStdioOptions extends NestApplicationContextOptions {
  /** Which server of the application; default: the one without a name. */
  readonly server?: string;
}

/** How long whatever keeps the process alive after the client left may go on, ms. */
const LINGER_MS = 1000;

/** Serves an application's MCP server to the one client that started this process, over stdin and stdout. */
export class McpStdio {
  /**
   * Starts the application, without HTTP, and serves until the client closes its end; then closes the application and
   * lets the process exit. Nothing but protocol gets onto stdout: whatever else is written there goes to stderr.
   *
   * @param module the root module, as for `NestFactory.create()`
   */
  static async run(module: Type | DynamicModule | Promise<DynamicModule>, { server, ...options }: McpStdioOptions = {}): Promise<void> {
    const output = divertStdout();
    const app = await NestFactory.createApplicationContext(module, options);
    app.enableShutdownHooks();
    const { engine, services, inFlight, options: limits } = runtimeOf(app, server);
    const connection = new StdioConnection(
      {
        dispatcher: engine.dispatcher,
        inFlight,
        legacy: services,
        maxJsonDepth: limits.maxJsonDepth,
      },
      new LineWriter(output, process.stdin),
    );
    await new Promise<void>((end) => readLines(process.stdin, limits.maxBodyBytes, (line) => connection.receive(line), end));
    await connection.close();
    await app.close();
    // Only fires when something else keeps the process alive: a client waits for its server to exit (D-4).
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

function runtimeOf(app: INestApplicationContext, server: string | undefined): McpRuntime {
  const runtimes = app.get<McpRuntime, McpRuntime>(McpRuntime, { strict: false, each: true });
  const found = runtimes.find((runtime) => runtime.server === server);
  if (found) return found;
  const wanted = server === undefined ? 'a default MCP server' : `the MCP server "${server}"`;
  throw new Error(`The application has no McpModule for ${wanted}; import one, or name another in McpStdio.run(module, { server }).`);
}

/** Loggers and stray console.log() write to `process.stdout`: one such line in the protocol and the client gives up (T-59). */
function divertStdout(): Sink {
  const { stdout, stderr } = process;
  const output: Sink = { write: stdout.write.bind(stdout), on: stdout.on.bind(stdout), once: stdout.once.bind(stdout) };
  stdout.write = stderr.write.bind(stderr);
  return output;
}
