import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const { PORT = '3000', HOST = '127.0.0.1', HTTP_ADAPTER = 'fastify' } = process.env;

// Streams of other routes would keep the server from closing. Those of MCP have ended by then.
const forceCloseConnections = true;
const adapter = HTTP_ADAPTER === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections });
const app = await NestFactory.create(AppModule, adapter, { forceCloseConnections });
app.enableShutdownHooks();
await app.listen(Number(PORT), HOST);
new Logger('everything').log(`MCP server on ${HTTP_ADAPTER}: ${await app.getUrl()}/mcp`);
