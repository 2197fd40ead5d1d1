import 'reflect-metadata';
import { McpStdio } from 'nestjs-mcp-fleet';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

if (process.argv.includes('--stdio')) {
  await McpStdio.run(AppModule, { logger: ['warn', 'error'] });
} else {
  const url = await serve(AppModule);
  process.stdout.write(`
The travel agency listens on ${url}

Call its tool "book" with a client that can ask you questions, or use one that answers them, and watch this terminal:
  node build/sample/05-elicitation/client.js ${url}
  node build/sample/05-elicitation/client.js ${url} --legacy
`);
}
