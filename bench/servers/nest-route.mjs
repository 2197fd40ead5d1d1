/**
 * The yardsticks: a controller of Nest that does the JSON work; with `?validate` its arguments are validated as a DTO, as
 * most routes do it.
 */
import { Body, ValidationPipe } from '@nestjs/common';
import { adapterOfQuery, moduleWithRoute, query, serveNest } from '../harness/nest.mjs';
import { AddInput, BytesInput, TextInput } from '../tools.dto.mjs';
import { jsonWork } from './json-work.mjs';

const answer = jsonWork();
const pipe = new ValidationPipe({ transform: true });
const INPUTS = { add: AddInput, weigh: TextInput, write: BytesInput };

async function answerValidated(message) {
  const { params } = message;
  if (message.method !== 'tools/call') return answer(message);
  const args = await pipe.transform(params.arguments, { type: 'body', metatype: INPUTS[params.name] });
  return answer({ ...message, params: { ...params, arguments: args } });
}

await serveNest(moduleWithRoute(query.has('validate') ? answerValidated : answer, [Body()]), adapterOfQuery());
