import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
process.stdout.write(`
The archive listens on ${url}

Try, in another terminal, and watch this one:
  node build/sample/03-streaming/client.js ${url}
`);
