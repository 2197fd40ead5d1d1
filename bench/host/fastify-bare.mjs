import createFastify from 'fastify';
import { announce } from '../harness/serve.mjs';
import { answerText } from './work.mjs';

const app = createFastify();
app.post('/mcp', (request, reply) => {
  reply.type('application/json').send(answerText(request.body));
});
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server.address().port);
