import 'reflect-metadata';
import { McpStdio } from 'nestjs-mcp-fleet';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

if (process.argv.includes('--stdio')) {
  await McpStdio.run(AppModule, { logger: ['warn', 'error'] });
} else {
  const url = await serve(AppModule);
  process.stdout.write(`
The weather server listens on ${url}

Try, in another terminal:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list
  npx @modelcontextprotocol/inspector --cli ${url} --transport http \\
    --method tools/call --tool-name forecast --tool-arg city=Oslo
  or add that URL to any MCP client. Ctrl+C ends it.
`);
}
