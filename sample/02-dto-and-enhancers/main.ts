import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
process.stdout.write(`
The billing server listens on ${url}

Try, in another terminal (tokens: alice may bill, bob may only read):
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --header "Authorization: Bearer alice-token" \\
    --method tools/call --tool-name find_invoice --tool-arg number=INV-0001
  curl -H "Authorization: Bearer bob-token" ${new URL('/invoices', url).href}
`);
