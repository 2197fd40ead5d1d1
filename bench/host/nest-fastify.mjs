import { Body } from '@nestjs/common';
import { fastify, moduleWithRoute, serveNest } from '../harness/nest.mjs';
import { answerObject } from './work.mjs';

await serveNest(moduleWithRoute(answerObject, [Body()]), fastify());
