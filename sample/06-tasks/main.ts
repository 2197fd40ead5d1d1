import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
process.stdout.write(`
The report office listens on ${url}

Its tools are slow. Run a client that calls them, polls, answers a question and cancels a task, and watch this terminal:
  node build/sample/06-tasks/client.js ${url}
`);
