import { ExpressAdapter } from '@nestjs/platform-express';
import { moduleWith, serveNest } from '../harness/nest.mjs';
import { readBody, writeJson } from './raw.mjs';
import { answerText } from './work.mjs';

// Registered before Nest's body parsers, so the body is still unread here.
await serveNest(moduleWith({}), new ExpressAdapter(), (instance) =>
  instance.post('/mcp', (request, response) =>
    readBody(request, (body) => writeJson(response, answerText(JSON.parse(body)))),
  ),
);
