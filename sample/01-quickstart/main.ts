import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { McpInspector, McpStdio } from 'nestjs-mcp-fleet';
import { AppModule } from './app.module.js';

const { PORT = '3000', HOST = '127.0.0.1', HTTP_ADAPTER = 'fastify', NODE_ENV } = process.env;

/** An ordinary Nest application on either adapter. `McpModule` adds the endpoint `/mcp` to it. */
async function serveHttp(): Promise<void> {
  // Streams of other routes would keep the server from closing. Those of MCP have ended by then.
  const forceCloseConnections = true;
  const adapter = HTTP_ADAPTER === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections });
  const app = await NestFactory.create(AppModule, adapter, { logger: ['warn', 'error'], forceCloseConnections });
  // Without shutdown hooks SIGTERM would cut running requests. With them, they end first and the process exits.
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  // In production the page would need a guard.
  if (NODE_ENV !== 'production') McpInspector.setup('inspector', app);
  await app.listen(PORT, HOST);

  const url = `${await app.getUrl()}/mcp`;
  process.stdout.write(`
The weather server listens on ${url}

Try, in another terminal:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list
  npx @modelcontextprotocol/inspector --cli ${url} --transport http \\
    --method tools/call --tool-name forecast --tool-arg city=Oslo
  or add that URL to any MCP client, or open ${await app.getUrl()}/inspector/ in a browser. Ctrl+C ends it.
`);
}

/** The same module for clients that start their server themselves. Only messages go to stdout, logs go to stderr. */
async function serveStdio(): Promise<void> {
  await McpStdio.run(AppModule, { logger: ['warn', 'error'] });
}

await (process.argv.includes('--stdio') ? serveStdio() : serveHttp());
