import { Body } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { moduleWithRoute, serveNest } from '../harness/nest.mjs';
import { answerObject } from './work.mjs';

await serveNest(moduleWithRoute(answerObject, [Body()]), new ExpressAdapter());
