import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
process.stdout.write(`
The report office listens on ${url}

Its tools take their time. Let a client call them, come back, be asked and call one off, and watch this terminal:
  node build/sample/06-tasks/client.js ${url}
`);
