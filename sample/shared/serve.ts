import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The bootstrap that the samples share; 01-quickstart shows it in its `main.ts`. @returns the URL of the endpoint */
export async function serve(module: Type): Promise<string> {
  const { PORT = '3000', HOST = '127.0.0.1', HTTP_ADAPTER = 'fastify' } = process.env;
  // Streams of other routes would keep the server from closing. Those of MCP have ended by then.
  const forceCloseConnections = true;
  const adapter = HTTP_ADAPTER === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections });
  const app = await NestFactory.create(module, adapter, { logger: ['warn', 'error'], forceCloseConnections });
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(PORT, HOST);
  return `${await app.getUrl()}/mcp`;
}
