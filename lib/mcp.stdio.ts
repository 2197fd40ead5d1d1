import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { type NestApplicationContext, NestFactory } from '@nestjs/core';
import type { NestApplicationContextOptions } from './nest/container.js';
import { McpRuntime } from './server/mcp-runtime.js';
import type { Principal } from './session/principal.js';
import type { Sink } from './transport/stdio/line-writer.js';
import { StdioConnection } from './transport/stdio/stdio-connection.js';

/**
 * Options of `McpStdio.run()`: those of `NestFactory.createApplicationContext()`, and the server to serve.
 *
 * @publicApi
 */
export interface McpStdioOptions extends NestApplicationContextOptions {
  /** The name of the server to serve. Default: the server without a name. */
  readonly server?: string;
  /**
   * Whom the one client speaks for, for the rules of access: the user who started the process, with scopes and roles from
   * its environment. Default: none, the client is anonymous.
   */
  readonly principal?: Principal;
}

/**
 * Grace period for requests that run when the client closes its end, ms: `echo '…' | node main.js` still reads them.
 */
const GRACE_MS = 500;
/** How long other work may keep the process alive after everything is closed, ms. */
const LINGER_MS = 1000;

/** The signals with which clients, terminals and supervisors end a process. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Serves an application's MCP server over stdin and stdout, to the client that started this process.
 *
 * @example
 * ```ts
 * // main.ts
 * await McpStdio.run(AppModule);
 * ```
 *
 * @publicApi
 */
export class McpStdio {
  /**
   * Starts the application without HTTP and serves until the client closes its end or the process gets SIGTERM, SIGINT
   * or SIGHUP. It then closes the application and lets the process exit with code 0. Running requests get half a second
   * to finish if the client closed its end, and `drainTimeoutMs` after a signal. A second signal ends the process
   * immediately.
   *
   * Only protocol messages are written to stdout: everything else that is written to `process.stdout` goes to stderr.
   * This does not cover code that ran before this call, nor loggers that write to file descriptor 1 directly, as pino
   * does by default: configure another destination for those.
   *
   * @param module the root module, as for `NestFactory.create()`
   * @throws {Error} if the application has no McpModule for the server
   */
  static async run(
    module: Type | DynamicModule | Promise<DynamicModule>,
    { server, principal, ...options }: McpStdioOptions = {},
  ): Promise<void> {
    const output = divertStdout();
    const app = (await NestFactory.createApplicationContext(module, options)) as NestApplicationContext;
    const runtime = runtimeOf(app, server);
    const connection = openConnection(runtime, output, principal);
    const { drainTimeoutMs } = runtime.options;

    const signal = await endOf(connection);
    await connection.finish(signal === undefined ? Math.min(GRACE_MS, drainTimeoutMs) : drainTimeoutMs);
    // A lifecycle hook of the application that never ends must not keep the client waiting for the exit.
    const overdue = setTimeout(() => process.exit(), Math.max(drainTimeoutMs, LINGER_MS));
    await app.close(signal);
    clearTimeout(overdue);
    process.stdin.destroy();
    // Fires only if something else keeps the process alive: a client waits for its server to exit (D-4).
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

function openConnection(
  { engine, inFlight, services, options }: McpRuntime,
  output: Sink,
  principal: Principal | undefined,
): StdioConnection {
  const { dispatcher, subscriptions } = engine;
  const { maxBodyBytes: maxLineBytes, maxJsonDepth } = options;
  const stdio = { dispatcher, subscriptions, inFlight, legacy: services, principal, maxLineBytes, maxJsonDepth };
  return new StdioConnection(stdio, process.stdin, output);
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
    // Nest's own error would name McpRuntime, an internal class that the user does not know.
    return [];
  }
}

/**
 * Resolves when the connection ends, with the signal that ended it if there was one. It then removes its listeners, so
 * that the next signal ends the process immediately: its sender has waited long enough.
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

/**
 * Sends everything that is written to `process.stdout` to stderr, for example by a logger or a `console.log()`: clients
 * give up when one such line is mixed into the protocol (T-59).
 *
 * @returns the real stdout
 */
function divertStdout(): Sink {
  const { stdout, stderr } = process;
  const output: Sink = { write: stdout.write.bind(stdout), on: stdout.on.bind(stdout) };
  stdout.write = stderr.write.bind(stderr);
  // A client that does not read the log must not crash the server.
  stderr.on('error', () => {});
  return output;
}
