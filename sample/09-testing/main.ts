import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
process.stdout.write(`
The shop listens on ${url}

Its tests need no server. Run them in the root of the repository, also with REDIS_URL:
  npx vitest run --project in-process sample/09-testing
`);
