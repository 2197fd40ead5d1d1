/**
 * One instance of the fleet under attack, in plain JavaScript because it runs in a process of its own, against `dist`.
 * Beside the MCP endpoint it has a route to send to a session, and one that streams signals without reading the log.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  decodeStreamSignals,
  EventLog,
  McpModule,
  McpResource,
  McpServer,
  MessageBroker,
  SessionStore,
} from 'nestjs-mcp-fleet';

// The parent process is gone, so this one ends, too.
process.on('disconnect', () => process.exit(0));

/** What sessions subscribe to; only its updates matter. */
class Resources {
  read() {
    return 'changed';
  }
}
McpResource({ uri: 'chaos://{announcer}', name: 'changing' })(
  Resources.prototype,
  'read',
  Object.getOwnPropertyDescriptor(Resources.prototype, 'read'),
);

class Instance {}
Module({
  providers: [Resources],
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

routes.post('/announce', async ({ body: { texts, uri, listChanged } }) => {
  const outcomeOf = (announcing) =>
    announcing.then(
      () => 'ok',
      () => 'info',
    );
  if (listChanged) mcp.resourcesChanged();
  const broadcasts = texts.map((text) => outcomeOf(mcp.broadcast({ level: 'error', data: text })));
  return { broadcasts: await Promise.all(broadcasts), updated: await outcomeOf(mcp.resourceUpdated(uri)) };
});

/** The key of the broadcast log. */
const ALL_SESSIONS = { principal: '', id: 'all' };

/** The notification with which a session hears of what is announced. */
function notificationOf({ type, uri, list, ...message }) {
  if (type === 'message') return { method: 'notifications/message', params: message };
  if (type === 'resource-updated') return { method: 'notifications/resources/updated', params: { uri } };
  return { method: `notifications/${list}/list_changed` };
}

/** The control of `cut-redis`: a stream that relies on signals and never reads a log. */
routes.get('/signals-only', async ({ headers }, reply) => {
  const key = await sessions.find(headers['mcp-session-id']);
  if (!key) return reply.code(404).send();
  reply.hijack();
  const write = (id, data) => reply.raw.write(`event: message\nid: ${id}\ndata: ${data}\n\n`);
  const listen = (to, onEntry) =>
    broker.subscribe(log.channel(to), (message) => {
      for (const signal of decodeStreamSignals(message)) if (signal?.kind === 'entry') onEntry(signal);
    });
  const subscriptions = await Promise.all([
    listen(key, ({ id, data }) => write(`g_${id}`, data)),
    listen(ALL_SESSIONS, ({ id, data = '{}' }) => write(`g__${id}`, JSON.stringify(notificationOf(JSON.parse(data))))),
  ]).catch(() => undefined);
  if (!subscriptions) return reply.raw.destroy();
  reply.raw.on('close', () => subscriptions.forEach((subscription) => void subscription.close()));
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
  reply.raw.write(': listening\n\n');
});

await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
