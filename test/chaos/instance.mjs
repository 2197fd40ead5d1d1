/**
 * One instance of the fleet under attack, in plain JavaScript because it runs in a process of its own, against `dist`.
 * Beside the MCP endpoint it has a route to send to a session, and one that streams signals without reading the log.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decodeStreamSignals, EventLog, McpModule, McpServer, MessageBroker, SessionStore } from 'nestjs-mcp-fleet';

// The parent process is gone, so this one ends, too.
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
      // A gap must be caused by a fault, never by a full history.
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

routes.post('/send', async ({ body: { session, texts } }) => {
  const outcomeOf = (text) => mcp.sendToSession(session, { level: 'error', data: text }).catch(({ name }) => name);
  return { outcomes: await Promise.all(texts.map(outcomeOf)) };
});

/** The control of `cut-redis`: a stream that relies on signals and never reads the log. */
routes.get('/signals-only', async ({ headers }, reply) => {
  const key = await sessions.find(headers['mcp-session-id']);
  if (!key) return reply.code(404).send();
  reply.hijack();
  const onMessage = (message) => {
    for (const signal of decodeStreamSignals(message)) {
      if (signal?.kind === 'entry') reply.raw.write(`event: message\nid: g_${signal.id}\ndata: ${signal.data}\n\n`);
    }
  };
  const subscription = await broker.subscribe(log.channel(key), onMessage).catch(() => undefined);
  if (!subscription) return reply.raw.destroy();
  reply.raw.on('close', () => void subscription.close());
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
  reply.raw.write(': listening\n\n');
});

await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
