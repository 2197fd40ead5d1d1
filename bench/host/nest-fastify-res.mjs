import { Body, Res } from '@nestjs/common';
import { fastify, moduleWithRoute, serveNest } from '../harness/nest.mjs';
import { answerText } from './work.mjs';

const route = moduleWithRoute(
  (body, reply) => {
    reply.type('application/json').send(answerText(body));
  },
  [Body(), Res()],
);
await serveNest(route, fastify());
