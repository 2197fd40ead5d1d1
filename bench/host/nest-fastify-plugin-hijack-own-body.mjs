import { fastify, moduleWith, serveNest } from '../harness/nest.mjs';
import { readBody, writeJson } from './raw.mjs';
import { answerText } from './work.mjs';

/** An encapsulated plugin, so that the parsers of the application do not change. */
async function mcpRoute(scope) {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', (request, payload, done) =>
    readBody(payload, (body) => done(null, body)),
  );
  scope.post('/mcp', (request, reply) => {
    reply.hijack();
    writeJson(reply.raw, answerText(JSON.parse(request.body)));
  });
}
await serveNest(moduleWith({}), fastify(), (instance) => instance.register(mcpRoute));
