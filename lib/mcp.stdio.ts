import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { type NestApplicationContext, NestFactory } from '@nestjs/core';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { McpRuntime } from './server/mcp-runtime.js';
import type { Sink } from './transport/stdio/line-writer.js';
import { StdioConnection } from './transport/stdio/stdio-connection.js';

export interface McpStdioOptions extends NestApplicationContextOptions {
  /** Which server of the application; default: the one without a name. */
  readonly server?: string;
}

/** How long running requests may still answer a client that closed its end, ms: `echo '…' | node main.js` reads on. */
const GRACE_MS = 500;
/** How long whatever keeps the process alive after everything is closed may go on, ms. */
const LINGER_MS = 1000;

/** What a client, a terminal or a supervisor ends a process with. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Serves an application's MCP server to the one client that started this process, over stdin and stdout. */
export class McpStdio {
  /**
   * Starts the application, without HTTP, and serves until the client closes its end or a signal comes; then closes the
   * application and lets the process exit, with code 0. Nothing but protocol gets onto stdout: whatever else is written
   * to `process.stdout` goes to stderr. Out of reach are code that ran before this call, and loggers that write to file
   * descriptor 1 by themselves (pino does, by default): give those another destination.
   *
   * @param module the root module, as for `NestFactory.create()`
   */
  static async run(
    module: Type | DynamicModule | Promise<DynamicModule>,
    { server, ...options }: McpStdioOptions = {},
  ): Promise<void> {
    const output = divertStdout();
    const app = (await NestFactory.createApplicationContext(module, options)) as NestApplicationContext;
    const runtime = runtimeOf(app, server);
    const connection = connect(runtime, output);
    const { drainTimeoutMs } = runtime.options;

    const signal = await endOf(connection);
    await connection.finish(signal === undefined ? Math.min(GRACE_MS, drainTimeoutMs) : drainTimeoutMs);
    // A hook of the application that never ends must not keep the client waiting for the exit.
    const overdue = setTimeout(() => process.exit(), Math.max(drainTimeoutMs, LINGER_MS));
    await app.close(signal);
    clearTimeout(overdue);
    process.stdin.destroy();
    // Only fires when something else keeps the process alive: a client waits for its server to exit (D-4).
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

function connect({ engine, inFlight, services, options }: McpRuntime, output: Sink): StdioConnection {
  const { dispatcher, subscriptions } = engine;
  const { maxBodyBytes: maxLineBytes, maxJsonDepth } = options;
  const parts = { dispatcher, subscriptions, inFlight, legacy: services, maxLineBytes, maxJsonDepth };
  return new StdioConnection(parts, process.stdin, output);
}

function runtimeOf(app: INestApplicationContext, server: string | undefined): McpRuntime {
  const found = runtimesOf(app).find((runtime) => runtime.server === server);
  if (found) return found;
  const wanted = server === undefined ? 'a default MCP server' : `the MCP server "${server}"`;
  throw new Error(
    `The application has no McpModule for ${wanted}; import one, or name another in McpStdio.run(module, { server }).`,
  );
}

function runtimesOf(app: INestApplicationContext): McpRuntime[] {
  try {
    return app.get<McpRuntime, McpRuntime>(McpRuntime, { strict: false, each: true });
  } catch {
    // Nest's own "could not find McpRuntime" names a class the user never heard of.
    return [];
  }
}

/**
 * @returns the signal that ends the connection, if it is one. From then on none is heard: the next one ends the process
 * at once, since whoever sends it has waited long enough.
 */
function endOf(connection: StdioConnection): Promise<NodeJS.Signals | undefined> {
  return new Promise((resolve) => {
    const end = (signal?: NodeJS.Signals) => {
      for (const name of SIGNALS) process.off(name, end);
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, end);
    void connection.ended.then(() => end());
  });
}

/** Loggers and stray console.log() write to `process.stdout`: one such line in the protocol and the client gives up (T-59). */
function divertStdout(): Sink {
  const { stdout, stderr } = process;
  const output: Sink = { write: stdout.write.bind(stdout), on: stdout.on.bind(stdout) };
  stdout.write = stderr.write.bind(stderr);
  // A client that does not read the log is no reason to die of it.
  stderr.on('error', () => {});
  return output;
}
