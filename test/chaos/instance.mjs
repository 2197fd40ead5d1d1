/**
 * One instance of the fleet under attack, in plain JavaScript because it runs in a process of its own, against `dist`.
 * Beside the MCP endpoint it has a route by which producers speak to a session, and one that hears without a log.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decodeStreamSignals, EventLog, McpModule, McpServer, MessageBroker, SessionStore } from 'nestjs-mcp-fleet';

// Whoever started us is gone: so are we.
process.on('disconnect', () => process.exit(0));

class Instance {}
Module({
  imports: [
    McpModule.forRoot({
      name: 'chaos',
      version: '1.0.0',
      redis: process.env.CHAOS_REDIS,
      redisPrefix: process.env.CHAOS_PREFIX,
      redisWaitMs: 1000,
      // A gap must be a fault, and never a full history.
      maxHistory: 100_000,
      maxHistoryBytes: 256 * 1024 * 1024,
      ...(process.env.CHAOS_HISTORY_TTL_MS && { historyTtlMs: Number(process.env.CHAOS_HISTORY_TTL_MS) }),
    }),
  ],
})(Instance);

const adapter = new FastifyAdapter({ forceCloseConnections: true });
const app = await NestFactory.create(Instance, adapter, { logger: ['error', 'fatal'] });
const [mcp, broker, log, sessions] = [McpServer, MessageBroker, EventLog, SessionStore].map((token) => app.get(token));
const routes = adapter.getInstance();

routes.post('/say', async ({ body: { session, texts } }) => {
  const outcomeOf = (text) => mcp.sendToSession(session, { level: 'error', data: text }).catch(({ name }) => name);
  return { outcomes: await Promise.all(texts.map(outcomeOf)) };
});

/** The control of `cut-redis`: a stream that trusts what it hears and never looks into the log. */
routes.get('/hear', async ({ headers }, reply) => {
  const key = await sessions.find(headers['mcp-session-id']);
  if (!key) return reply.code(404).send();
  reply.hijack();
  const heard = (message) => {
    for (const signal of decodeStreamSignals(message)) {
      if (signal?.kind === 'entry') reply.raw.write(`event: message\nid: g_${signal.id}\ndata: ${signal.data}\n\n`);
    }
  };
  const hold = await broker.subscribe(log.channel(key), heard).catch(() => undefined);
  if (!hold) return reply.raw.destroy();
  reply.raw.on('close', () => void hold.close());
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
  reply.raw.write(': listening\n\n');
});

await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
