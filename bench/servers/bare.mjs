/** `?host=node-http|fastify`: the JSON work without Nest. */
import { createServer } from 'node:http';
import createFastify from 'fastify';
import { query } from '../harness/nest.mjs';
import { announce } from '../harness/serve.mjs';
import { readBody, writeJson } from '../host/raw.mjs';
import { jsonWork } from './json-work.mjs';

const answer = jsonWork(Number(query.get('tools') ?? undefined) || undefined);

const hosts = {
  'node-http'() {
    const server = createServer((request, response) =>
      readBody(request, (body) => {
        const message = body.length > 0 ? answer(JSON.parse(body)) : undefined;
        if (message === undefined) response.writeHead(202, { 'content-length': 0 }).end();
        else writeJson(response, JSON.stringify(message));
      }),
    );
    server.listen(0, '127.0.0.1', () => announce(server.address().port));
  },
  async fastify() {
    const app = createFastify();
    app.post('/mcp', (request, reply) => void reply.send(answer(request.body)));
    app.delete('/mcp', (_request, reply) => void reply.code(202).send());
    await app.listen({ port: 0, host: '127.0.0.1' });
    announce(app.server.address().port);
  },
};
await hosts[query.get('host')]();
