import { Body, Res } from '@nestjs/common';
import { fastify, moduleWithRoute, serveNest } from '../harness/nest.mjs';
import { writeJson } from './raw.mjs';
import { answerText } from './work.mjs';

const route = moduleWithRoute(
  (body, reply) => {
    reply.hijack();
    writeJson(reply.raw, answerText(body));
  },
  [Body(), Res()],
);
await serveNest(route, fastify());
