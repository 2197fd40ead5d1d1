/**
 * One instance of a fleet with the page of the inspector, in a process of its own that a test can kill, built from
 * `dist`. Its tools need what the page can show: a form, progress and log lines, questions, a task, a picture.
 */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { McpInspector, McpModule, McpServer } from 'nestjs-mcp-fleet';

// Exit with the parent process.
process.on('disconnect', () => process.exit(0));

class Instance {}
Module({
  imports: [
    McpModule.forRoot({
      ...{ name: 'weather', title: 'Weather', version: '1.4.0', redis: process.env.REDIS_URL },
      ...{ instructions: 'Ask for a forecast first.', taskPollIntervalMs: 200 },
      audit: { instance: process.env.INSTANCE_NAME },
    }),
  ],
})(Instance);

const adapter = new FastifyAdapter({ forceCloseConnections: true });
const app = await NestFactory.create(Instance, adapter, { logger: ['fatal'], forceCloseConnections: true });
app.enableShutdownHooks();
McpInspector.setup('inspector', app, { actions: true, showArguments: true });
const mcp = app.get(McpServer);

const text = (more = {}) => ({ type: 'string', maxLength: 80, ...more });
const city = text({ title: 'City', description: 'As people write it', examples: ['Oslo'] });
const object = (properties, required = []) => ({ type: 'object', properties, required });

await mcp.registerTool(
  {
    name: 'forecast',
    description: 'Forecast for a city',
    annotations: { readOnlyHint: true },
    input: object(
      {
        city,
        days: { type: 'integer', title: 'Days', minimum: 1, maximum: 14, default: 3 },
        unit: {
          title: 'Unit',
          oneOf: [
            { const: 'c', title: 'Celsius' },
            { const: 'f', title: 'Fahrenheit' },
          ],
        },
        show: { type: 'array', title: 'Show', items: { type: 'string', enum: ['wind', 'rain', 'sun'] } },
      },
      ['city'],
    ),
  },
  async ({ city: where, days = 3, unit = 'c' }, ctx) => {
    ctx.log.info(`Looking for a station in ${where}`);
    for (let day = 1; day <= days; day++) ctx.progress(day, days, `Day ${day}`);
    return { city: where, unit, degrees: Array.from({ length: days }, (_, day) => 9 + day) };
  },
);

const REGION = object({ region: text({ title: 'Region', enum: ['north', 'south'] }) }, ['region']);
const PARTY = object(
  {
    travellers: { type: 'integer', title: 'Travellers', minimum: 1, maximum: 9 },
    pets: { type: 'boolean', title: 'Pets' },
  },
  ['travellers'],
);
await mcp.registerTool(
  {
    name: 'book',
    description: 'Books a trip and asks for what is missing',
    input: object({ city }, ['city']),
    elicits: [REGION, PARTY],
  },
  async ({ city: where }, ctx) => {
    const { region } = await ctx.elicitOrThrow(REGION, `Which part of ${where}?`, { key: 'region' });
    const { travellers } = await ctx.elicitOrThrow(PARTY, 'Who travels?', { key: 'party' });
    return `Booked ${where} (${region}) for ${travellers}.`;
  },
);

await mcp.registerTool(
  { name: 'write_report', description: 'Writes a report, page by page', task: 'optional', idempotent: true },
  async (_args, ctx) => {
    for (let page = 1; page <= 600; page++) {
      ctx.progress(page, 600, `Wrote page ${page} of 600`);
      await pause(100, undefined, { signal: ctx.signal });
    }
    return 'Written.';
  },
);

const SUN =
  '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="16" fill="orange"/></svg>';
await mcp.registerTool({ name: 'picture', description: 'The sky as a picture' }, () => ({
  content: [
    { type: 'image', mimeType: 'image/svg+xml', data: Buffer.from(SUN).toString('base64') },
    { type: 'resource_link', name: 'Oslo now', uri: 'weather://oslo/now' },
  ],
}));
await mcp.registerTool({ name: 'broken', description: 'Always fails' }, () => {
  throw new Error('The sky has fallen');
});

await mcp.registerResource({ uri: 'weather://oslo/now', mimeType: 'application/json', name: 'Oslo now' }, () => ({
  degrees: 9,
}));
await mcp.registerResource(
  { uri: 'weather://{city}/now', mimeType: 'application/json', name: 'A city now' },
  (values) => ({
    city: values.city,
    degrees: 17,
  }),
);
await mcp.registerPrompt(
  { name: 'plan', description: 'Plans a day outside', input: object({ city }, ['city']) },
  (values) => `Plan a day outside in ${values.city}.`,
);

await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
