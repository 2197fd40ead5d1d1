/** The server that is attacked: one process, built from `dist`, which measures its memory when it is asked. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { McpModule, McpServer } from 'nestjs-mcp-fleet';

process.on('disconnect', () => process.exit(0));

const { adapter, options } = JSON.parse(process.env.ATTACKED);

class App {}
Module({ imports: [McpModule.forRoot({ name: 'attacked', version: '1.0.0', ...options })] })(App);
const app = await NestFactory.create(App, adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
  logger: ['fatal'],
  forceCloseConnections: true,
});
const mcp = app.get(McpServer);

const text = { type: 'object', properties: { text: { type: 'string' } }, additionalProperties: false };
const anything = { type: 'object' };
const LARGE = 'z'.repeat(4 * 1024 * 1024);

await mcp.registerTool({ name: 'echo', input: text }, ({ text: said }) => said ?? '');
await mcp.registerTool({ name: 'large' }, () => LARGE);
await mcp.registerTool({ name: 'stuck', input: anything }, () => new Promise(() => {}));
await mcp.registerTool({ name: 'job', input: anything, task: 'optional' }, () => 'done');
await mcp.registerTool({ name: 'report' }, async (_args, ctx) => {
  await ctx.progress(1, 2, 'half');
  return LARGE;
});
await mcp.registerTool({ name: 'ask', input: anything, elicits: [text] }, async (_args, ctx) => {
  await ctx.elicit(text, 'What?');
  return 'answered';
});
await mcp.registerResource({ name: 'item', uri: 'item://{id}' }, ({ id }) => id);

/** What is held when everything that can be collected is, bytes. */
async function memory() {
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await pause(10);
  }
  const { heapUsed, external } = process.memoryUsage();
  return { held: heapUsed + external, open: mcp.health().open };
}
process.on('message', async () => process.send(await memory()));

await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
