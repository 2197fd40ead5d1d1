import 'reflect-metadata';
import { McpStdio } from 'nestjs-mcp-fleet';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

if (process.argv.includes('--stdio')) {
  await McpStdio.run(AppModule, { logger: ['warn', 'error'] });
} else {
  process.stdout.write(`Call the tool "book" on ${await serve(AppModule)} with a client that can ask you questions.\n`);
}
