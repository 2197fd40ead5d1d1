import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The `main.ts` of every sample: an ordinary Nest bootstrap on either adapter. @returns the URL of the endpoint */
export async function serve(module: Type): Promise<string> {
  const { PORT = '3000', HOST = '127.0.0.1', HTTP_ADAPTER = 'fastify' } = process.env;
  // What another route streams would keep the server from closing; MCP has drained by then.
  const forceCloseConnections = true;
  const adapter = HTTP_ADAPTER === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections });
  const app = await NestFactory.create(module, adapter, { logger: ['warn', 'error'], forceCloseConnections });
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(PORT, HOST);
  return `${await app.getUrl()}/mcp`;
}
