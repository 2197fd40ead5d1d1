import { ValidationPipe } from '@nestjs/common';
import { AddInput } from '../tools.dto.mjs';
import { serveRoute } from './nest-route.shared.mjs';

/** The yardstick: the cost of a route that reads JSON, validates a DTO and returns JSON. */
const pipe = new ValidationPipe({ transform: true });
const metadata = { type: 'body', metatype: AddInput };

await serveRoute((args) => pipe.transform(args, metadata));
