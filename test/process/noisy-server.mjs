/** A stdio server that misbehaves in every way. It is plain JavaScript and uses the built package. */
import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { McpModule, McpServer, McpStdio } from 'nestjs-mcp-fleet';

const logger = new Logger('Noise');

function noise(where) {
  console.log(`console.log ${where}`);
  console.info({ where });
  process.stdout.write(`process.stdout ${where}\n`);
  logger.log(`Nest logger ${where}`);
}

async function tools(mcp) {
  await mcp.registerTool({ name: 'noisy' }, () => {
    noise('in a tool');
    return 'quiet';
  });
  // Ignores cancellation and keeps the process alive.
  await mcp.registerTool({ name: 'unresponsive' }, () => {
    setInterval(() => {}, 1000);
    console.error('unresponsive runs');
    return new Promise(() => {});
  });
  await mcp.registerTool({ name: 'patient' }, async (_args, ctx) => {
    ctx.signal.addEventListener('abort', () => console.error('patient was cancelled'));
    console.error('patient runs');
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
  });
  await mcp.registerTool({ name: 'slowish' }, async () => {
    console.error('slowish runs');
    await new Promise((resolve) => setTimeout(resolve, 200));
    return 'done after all';
  });
  await mcp.registerTool({ name: 'large' }, () => {
    console.error('large runs');
    return 'x'.repeat(1_000_000);
  });
  noise('at start');
}

class AppModule {
  onModuleDestroy() {
    noise('at the end');
  }
  async beforeApplicationShutdown(signal) {
    console.error(`closing by ${signal ?? 'itself'}`);
    if (process.env.HANG === 'hook') await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
Module({
  imports: [
    McpModule.forRoot({
      name: 'noisy',
      version: '1.0.0',
      drainTimeoutMs: Number(process.env.DRAIN_MS ?? 10_000),
      capabilities: { tools: true },
    }),
  ],
  providers: [{ provide: 'tools', inject: [McpServer], useFactory: tools }],
})(AppModule);

await McpStdio.run(AppModule, { server: process.env.SERVER });
